"""The sentence that answers which ordering is fastest: by hand-made turns, for every way in which it can end."""

from dataclasses import replace

from records import FAST, LIVE, POST, make_case, make_memory_case, make_record

from reports.answer.orderings import (
    answer_arm,
    answer_field,
    explain_names,
    rank_briefly,
    tell_costs,
)
from reports.drawing.text import render_text
from reports.record.case import CONTROL
from reports.record.record import CaseRecord
from reports.record.sample import Sample, Turn
from reports.summary.fields import Field
from reports.summary.summary import summarize

MEBIBYTE, MILLISECOND = 2**20, 1_000_000
CACHED = "cache().shuffle(60000).map().prefetch(320).batch(32).repeat()"


def find_field(*cases: CaseRecord) -> Field:
    return summarize(make_record(*cases)).fields[0]


def test_the_fastest_and_how_much_over_the_post() -> None:
    assert answer_field(find_field(POST, FAST)) == "fast is the fastest of 2: 2.0 [1.9, 2.1] times as fast as post"


def test_those_that_cannot_be_told_apart_are_named() -> None:
    twin = make_case("twin", [51, 55, 45, 52, 50, 50])
    told = answer_field(find_field(POST, FAST, twin))
    assert told.startswith("fast and twin are the fastest of 3 and cannot be told apart; fast: 2.0 [1.9, 2.1]")
    many = [make_case(name, [51, 55, 45, 52, 50, 50]) for name in ("b", "c", "d")]
    assert answer_field(find_field(POST, FAST, *many)).startswith("fast, b, c and 1 more are the fastest of 5 and")


def test_the_post_itself_may_be_the_fastest_or_not_to_be_told_from_it() -> None:
    slow = make_case("slow", [200, 220, 180, 210, 190, 200])
    assert answer_field(find_field(POST, slow)) == "post is the fastest of 2: 10k [9.1k, 11k] examples/s"
    near = make_case("near", [99, 109, 89, 104, 94, 99])
    assert answer_field(find_field(POST, near)) == (
        "near and post are the fastest of 2 and cannot be told apart; near: not to be told from post, ratio "
        "1.010 [1.009, 1.011]"
    ), "equal machines differ by more than one percent: the medians' intervals overlap"


def test_equal_cases_that_differ_bound_what_is_told_apart() -> None:
    quick = make_case("quick", [40, 40, 40, 40, 40, 40])
    slower = make_case("batch_before_map", [44, 44, 44, 44, 44, 44])
    assert "cannot be told apart" not in answer_field(find_field(POST, quick, slower))
    control = make_case(CONTROL, [49, 49, 49, 49, 49, 49])  # 49 over 44 is more than 44 over 40
    told = answer_field(find_field(POST, quick, slower, control))
    assert told.startswith("quick and batch_before_map are the fastest of 3 and cannot be told apart; ")


def test_without_the_post_there_is_a_rate_and_with_one_case_no_rank() -> None:
    assert answer_field(find_field(FAST, make_case("slow", [200] * 6))) == (
        "fast is the fastest of 2: 20k [18k, 22k] examples/s (post was not measured)"
    )
    assert answer_field(find_field(FAST)) == "fast: 20k [18k, 22k] examples/s"
    assert answer_field(find_field(POST)) == "post: 10k [9.1k, 11k] examples/s"


def test_too_few_turns_call_nothing_the_fastest() -> None:
    few = [make_case("post", [100, 100]), make_case("fast", [50, 50])]
    assert answer_field(find_field(*few)) == (
        "fast has the highest median of 2, with too few turns to call it the fastest: 2.0 (too few) times as fast as "
        "post"
    )


def test_another_arm_is_told_in_fewer_words() -> None:
    field = replace(find_field(POST, FAST), arm="raw")
    assert answer_arm(field) == "raw arm: fast: 2.0 [1.9, 2.1] times as fast as post"
    assert answer_field(field) == "fast is the fastest of 2 in the raw arm: 2.0 [1.9, 2.1] times as fast as post"


def test_memory_and_of_a_cache_the_first_epoch_are_what_the_fastest_costs() -> None:
    held = make_memory_case("fast", 204 * MEBIBYTE)
    assert tell_costs(find_field(POST, FAST), ()) == []
    assert tell_costs(find_field(POST, FAST, LIVE, held), ()) == ["fast costs 204 MiB of memory (post: 49.0)"]
    assert tell_costs(find_field(POST, FAST, LIVE), ()) == []
    assert tell_costs(find_field(POST, FAST, held), ()) == ["fast costs 204 MiB of memory"]
    assert tell_costs(find_field(POST, FAST, make_memory_case("fast", None)), ()) == ["fast costs 50.0 MiB of memory"]


def test_of_a_cache_the_first_epoch_is_told_and_from_when_on_it_is_ahead() -> None:
    kept, post = with_first_epoch(make_case("kept", [50] * 6, CACHED), 400), with_first_epoch(POST, 100)
    summary = summarize(make_record(post, kept))
    assert tell_costs(summary.fields[0], summary.paybacks) == [
        "kept costs a first epoch of 400 ms (later 50 ms), ahead of post from epoch 8 on"
    ], "300 ms behind, and 50 ms gained with each later epoch: equal after seven"
    alone = summarize(make_record(kept))
    assert tell_costs(alone.fields[0], alone.paybacks) == ["kept costs a first epoch of 400 ms (later 50 ms)"]
    plain = summarize(make_record(post, with_first_epoch(FAST, 400)))
    assert tell_costs(plain.fields[0], plain.paybacks) == [], "the table tells it of those without a cache"


def with_first_epoch(case: CaseRecord, milliseconds: int) -> CaseRecord:
    return replace(case, first_epochs=(Turn(0, Sample(milliseconds * MILLISECOND, 1, 1, 1000)),))


def test_the_ranking_in_short() -> None:
    first = (with_first_epoch(each, 400) for each in (POST, FAST))
    field = find_field(*first, LIVE, make_case("slow", [200] * 6))
    assert render_text([rank_briefly(field, 9)], 80).splitlines() == [
        "  ordering                   times post  epoch 1   later  first batch   MiB",
        "* fast                   2.0 [1.9, 2.1]   400 ms   50 ms       5.0 ms",
        "  post                                1   400 ms  100 ms        10 ms  49.0",
        "  slow                0.50 [0.45, 0.55]                         20 ms",
    ]


def test_the_fastest_and_the_post_stay_where_there_is_no_room() -> None:
    names = ("a", "b", "c", "d")
    cases = [make_case(name, [10 + place] * 6) for place, name in enumerate(names)]
    field = find_field(*cases, POST)
    for most, shown in ((2, ["a", "post"]), (3, ["a", "b", "post"]), (5, [*names, "post"]), (9, [*names, "post"])):
        assert list_names(field, most) == shown
    assert list_names(find_field(*cases), 2) == ["a", "b"]


def list_names(field: Field, most: int) -> list[str]:
    return [str(row[0].text)[2:] for row in rank_briefly(field, most).rows]


def test_a_persons_own_stay_before_ours() -> None:
    ours = [make_case(name, [10 + place] * 6) for place, name in enumerate(("gather_indices", "cache_after_map"))]
    field = find_field(*ours, POST, make_case("mine", [200] * 6))
    assert list_names(field, 3) == ["gather_indices", "post", "mine"]
    assert list_names(field, 2) == ["gather_indices", "post"]
    assert list_names(field, 4) == ["gather_indices", "cache_after_map", "post", "mine"]


def test_the_posts_name_and_a_persons_own_are_explained_and_our_others_are_not() -> None:
    own = make_case("own_0428", [50] * 6, "batch(2).map()")
    text = make_case("batch(4).map()", [50] * 6, "batch(4).map()")
    known = make_case("no_prefetch", [50] * 6)
    field = find_field(POST, own, text, known)
    post = "post = the blog post's: shuffle(60000).map().prefetch(320).batch(32).repeat()"
    assert explain_names(field, 9) == [post, "own_0428 = batch(2).map()"]
    assert explain_names(field, 0) == [post]
