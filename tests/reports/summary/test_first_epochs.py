"""The first epoch beside later ones, from which epoch on a cache pays, and what tables say of both."""

from dataclasses import replace

import pytest
from compared import MILLISECOND, NUM_EXAMPLES, make_case

from reports.drawing.text import render_text
from reports.record.machine import Machine
from reports.record.program import Extent
from reports.record.record import CaseRecord, Record
from reports.record.sample import Sample, Turn
from reports.summary.summary import Summary, summarize
from reports.tables.all_tables import tabulate_run
from reports.tables.notes import tell_paybacks

CACHED, UNCACHED = "map().cache().shuffle(9).batch(32)", "map().shuffle(9).batch(32)"
CACHED_FIRST, UNCACHED_FIRST = "cache().shuffle(9).map().batch(32)", "shuffle(9).map().batch(32)"


def make_epochs(name: str, ordering: str, first_ms: int, later_ms=(100,) * 6, **choices) -> CaseRecord:
    """A case whose first epoch is told."""
    num_examples = choices.pop("num_examples", NUM_EXAMPLES)
    first = Turn(0, Sample(first_ms * MILLISECOND, 1, MILLISECOND, num_examples))
    return make_case(name, later_ms, ordering=ordering, first_epochs=(first,), **choices)


def read(*cases: CaseRecord) -> Summary:
    return summarize(Record(cases, Machine("Test CPU", 2, "Linux"), "2026-11-25T10:00:00+00:00"))


POST = make_epochs("post", "shuffle(9).map().prefetch(9).batch(32)", 300, (300,) * 6)
WITH = make_epochs("with", CACHED, 799, (50,) * 6)
WITHOUT = make_epochs("without", UNCACHED, 350, (200,) * 6)


def test_a_cache_is_compared_with_its_ordering_without_it_and_with_the_reference() -> None:
    found = {each.other.name: (each.case.name, each.epoch) for each in read(POST, WITH, WITHOUT).paybacks}
    # 799 + 2 * 50 = 899 < 300 + 2 * 300 = 900; behind by 449, 150 a later epoch: level before the 4th, ahead from it on
    assert found == {"without": ("with", 4), "post": ("with", 3)}
    first = read(make_epochs("with", CACHED_FIRST, 600), make_epochs("without", UNCACHED_FIRST, 200, (300,) * 6))
    assert [(each.other.name, each.epoch) for each in first.paybacks] == [("without", 4)]  # 400 / 200 = 2: level at 3


def test_what_has_no_cache_pays_nothing_back() -> None:
    assert read(POST, WITHOUT).paybacks == ()
    assert read(WITH).paybacks == ()
    assert read(replace(POST, first_epochs=()), WITH).paybacks == ()


def test_other_arms_and_other_numbers_of_examples_are_not_compared() -> None:
    raw = make_epochs("post", POST.ordering, 300, (300,) * 6, arm="raw")
    assert read(raw, WITH).paybacks == ()
    assert read(POST, make_epochs("with", CACHED, 799, (50,) * 6, num_examples=NUM_EXAMPLES - 1)).paybacks == ()


def test_epochs_of_another_size_are_not_compared() -> None:
    turns = tuple(replace(turn, sample=replace(turn.sample, num_examples=9)) for turn in WITH.turns)
    smaller = make_epochs("with", CACHED, 799, num_examples=9)
    assert read(POST, replace(smaller, turns=turns)).paybacks == ()


def test_the_ends_of_the_intervals_bound_the_epoch() -> None:
    cached = make_epochs("with", CACHED, 800, (50, 60, 40, 50, 50, 50))
    (found,) = read(make_epochs("post", POST.ordering, 300, (300, 280, 310, 300, 300, 300)), cached).paybacks
    # 500 behind: 250 a later epoch by the medians, 310 - 40 = 270 at best, 280 - 60 = 220 at worst
    assert (found.epoch, found.earliest, found.latest) == (4, 3, 4)


@pytest.mark.parametrize(
    ("later_ms", "told"),
    [
        ((50,) * 6, "the cache of with pays from epoch 3 against post"),
        ((50, 60, 50, 50, 40, 200), "the cache of with pays from epoch 3 (3 to 6) against post"),
        ((50, 50, 50, 50, 50, 400), "the cache of with may pay from epoch 3, or never, against post"),
        ((300,) * 6, "the cache of with does not pay against post"),
        ((50,) * 5, "the cache of with may pay from epoch 3, or never, against post"),
    ],
)
def test_it_is_told_in_a_line_no_stronger_than_the_intervals(later_ms: tuple[int, ...], told: str) -> None:
    assert tell_paybacks(read(POST, make_epochs("with", CACHED, 799, later_ms)))[:1] == [told]


def test_the_table_has_both_columns_and_says_what_they_are() -> None:
    lines = render_text(tabulate_run(read(POST, WITH, WITHOUT)), 120).splitlines()
    row = next(line for line in lines if line.startswith("  * with"))
    assert "examples/s  first epoch  later epochs  first " in lines[2]
    assert "   800 ms         50 ms  20 ms  " in row
    assert (
        " first epoch: measured once, in a fresh process; later epochs: the median of the turns, of equally many"
        " examples" in lines
    )
    assert " the cache of with pays from epoch 4 against without, pays from epoch 3 against post" in lines


def test_epochs_of_unequal_examples_are_told() -> None:
    cut = make_epochs("with", CACHED, 799, (50,) * 6, num_examples=NUM_EXAMPLES - 1)
    text = render_text(tabulate_run(read(POST, cut)), 200)
    assert "the median of the turns, not of equally many examples for with\n" in text


def test_a_record_that_does_not_tell_the_first_epoch_has_no_such_columns() -> None:
    older = [replace(each, first_epochs=()) for each in (POST, WITH)]
    text = render_text(tabulate_run(read(*older)), 200)
    assert all(words not in text for words in ("first epoch", "later epochs", "pay"))
    assert all(case.first_epoch is None for case in read(*older).cases), "its warm-up also made the consumer's graph"


def test_the_first_turn_of_what_only_that_tells_the_length_of_is_its_first_epoch() -> None:
    case = replace(POST, first_epochs=(), extent=Extent(3))
    (found,) = read(case).cases
    assert found.first_epoch_s == pytest.approx(case.warm_up.wall_ns / 1e9)
