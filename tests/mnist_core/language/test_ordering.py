"""Orderings: what is read, what is printed back, and what is refused in one line."""

import pytest

from mnist_core.language.errors import InputError
from mnist_core.language.named_orderings import NAMED_ORDERINGS, find_ordering
from mnist_core.language.ordering import MAX_TEXT_LENGTH, Ordering, parse_ordering
from mnist_core.language.stage import MAX_ELEMENTS, MAX_PARALLEL, Batch, Map, Prefetch, Range, Shuffle

POST = "shuffle(60000).map().prefetch(320).batch(32).repeat()"


@pytest.mark.parametrize("named", NAMED_ORDERINGS.values(), ids=lambda named: named.name)
def test_named_orderings_print_back_to_their_own_text(named) -> None:
    assert str(named.ordering) == named.text


@pytest.mark.parametrize(
    "text",
    [
        POST,
        "batch(1)",
        "shuffle(10, seed=3, reshuffle_each_iteration=False).batch(2, drop_remainder=True)",
        "map(parallel=auto, deterministic=False).batch(32, parallel=4).prefetch(auto).repeat(3)",
        "cache().shuffle(5, seed=0).map(parallel=1).batch(2)",
        "range().shuffle(60000).batch(32).map().prefetch(2)",
        f"shuffle({MAX_ELEMENTS}).map(parallel={MAX_PARALLEL}).batch(1)",
    ],
)
def test_text_is_printed_back_the_same(text: str) -> None:
    assert str(parse_ordering(text)) == text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("shuffle(buffer_size=60_000) . batch(batch_size=32)", "shuffle(60000).batch(32)"),
        ("batch(32, drop_remainder=False).repeat(None)", "batch(32).repeat()"),
        ("batch(32, True)", "batch(32, drop_remainder=True)"),
        ("shuffle(9, 3, False).batch(2)", "shuffle(9, seed=3, reshuffle_each_iteration=False).batch(2)"),
        (
            "ds.shuffle(9).map(parse, num_parallel_calls=tf.data.AUTOTUNE).batch(2)",
            "shuffle(9).map(parallel=auto).batch(2)",
        ),
        ("ds = (ds\n  .map(lambda x, y: (x / 255, y), -1, name='m')\n  .batch(2))", "map(parallel=auto).batch(2)"),
        (
            "self.data.train.map(f, 4, True).batch(2).prefetch(-1)",
            "map(parallel=4, deterministic=True).batch(2).prefetch(auto)",
        ),
        ("tf.data.Dataset.from_tensor_slices((x, y)).batch(2, num_parallel_calls=AUTOTUNE)", "batch(2, parallel=auto)"),
        (
            "tf.data.Dataset.range(9).batch(2).map(gather).prefetch(tf.data.experimental.AUTOTUNE)",
            "range().batch(2).map().prefetch(auto)",
        ),
        (" batch(32)\n", "batch(32)"),
    ],
)
def test_other_spellings_are_printed_in_the_one_form(text: str, printed: str | None) -> None:
    if printed is None:
        with pytest.raises(InputError, match=r"batch\(\) takes batch_size, drop_remainder"):
            parse_ordering(text)
    else:
        assert str(parse_ordering(text)) == printed


def test_stages_carry_their_arguments() -> None:
    ordering = parse_ordering("range().shuffle(9, seed=1).map(parallel=2).batch(4, drop_remainder=True).prefetch(auto)")
    assert ordering.stages == (Range(), Shuffle(9, seed=1), Map(parallel=2), Batch(4, True), Prefetch("auto"))
    assert ordering.starts_from_indices
    assert not ordering.is_endless


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a chain of stages"),
        ("32", "is not a chain of stages"),
        ("batch(32", "is not a chain of stages"),
        ("batch(32);shuffle(1)", "is not a chain of stages"),
        ("batch[32]", "is not a chain of stages"),
        ("(lambda: 1)()", "is not a chain of stages"),
        ("batch(32)\x00", "is not a chain of stages"),
        ("__import__('os').batch(1)", r"no stage '__import__\(\)'"),
        ("map().bach(32)", r"no stage 'bach\(\)': use range, cache, shuffle, map, batch, prefetch, repeat"),
        ("shuffle(10).map()", r"must have exactly one batch\(\), got 0"),
        ("batch(2).batch(3)", r"must have exactly one batch\(\), got 2"),
        ("map().map().batch(3)", r"has 2 map\(\) stages"),
        ("batch(3).range()", r"range\(\) is a source and can only stand first"),
        ("range().batch(3)", r"range\(\) gives numbers only, add a map\(\)"),
        ("repeat().cache().batch(3)", r"cache\(\) after repeat\(\) never fills"),
        ("shuffle(0).batch(3)", r"shuffle\(buffer_size\) must be an int >= 1, got 0"),
        ("shuffle(-5).batch(3)", r"must be an int >= 1, got -5"),
        ("shuffle(1.5).batch(3)", r"takes numbers, True, False, None and auto, got '1.5'"),
        ("shuffle(auto).batch(3)", r"must be an int >= 1, got 'auto'"),
        ("shuffle(True).batch(3)", r"must be an int >= 1, got True"),
        ("shuffle(-True).batch(3)", r"takes numbers, True, False, None and auto, got '-True'"),
        (f"shuffle({MAX_ELEMENTS + 1}).batch(3)", "must be at most 1000000000000, got 1000000000001"),
        (f"map(parallel={MAX_PARALLEL + 1}).batch(3)", "must be an int from 1 to 1024 or auto, got 1025"),
        ("shuffle(1, seed=-1).batch(3)", r"shuffle\(seed\) must be an int >= 0, got -1"),
        ("shuffle(1, reshuffle_each_iteration=1).batch(3)", "must be True or False, got 1"),
        ("shuffle(1, 2, True, 4).batch(3)", r"shuffle\(\) takes buffer_size, seed, reshuffle_each_iteration"),
        ("shuffle(1, buffer_size=2).batch(3)", r"shuffle\(\) takes buffer_size, seed, reshuffle_each_iteration"),
        ("shuffle(-1).batch(3)", r"shuffle\(buffer_size\) must be an int >= 1, got -1"),
        ("ds.shuffle(len(x)).batch(3)", r"shuffle\(\) takes numbers, True, False, None and auto, got 'len\(x\)'"),
        ("ds.interleave(f).batch(3)", r"ordering has no stage 'interleave\(\)'"),
        ("ds.cache('file').batch(3)", r"cache\(\) takes no arguments"),
        ("tf.data.Dataset.from_tensor_slices(x)", "is not a chain of stages|has no stage"),
        ("import os", "is not a chain of stages"),
        ("a.batch(2); b.batch(2)", "is not a chain of stages"),
        ("shuffle().batch(3)", r"shuffle\(\) needs its buffer_size"),
        ("batch(0)", r"batch\(batch_size\) must be an int >= 1, got 0"),
        ("batch(3, size=2)", r"batch\(\) takes batch_size"),
        ("batch(3, batch_size=2)", r"batch\(\) takes batch_size"),
        ("batch(*x)", r"got '\*x'"),
        ("batch(**x)", r"batch\(\) takes batch_size"),
        ("batch(2 ** 3)", r"got '2 \*\* 3'"),
        ("batch('3')", "got ''3''"),
        ("map(3).batch(1)", r"map\(\) takes parallel, deterministic, got 'map\(3\)'"),
        ("map(parallel=0).batch(1)", r"map\(parallel\) must be an int from 1 to 1024 or auto, got 0"),
        ("map(deterministic=False).batch(1)", r"has no effect alone: add parallel=auto"),
        ("batch(1, deterministic=True)", r"has no effect alone: add parallel=auto"),
        ("prefetch(0).batch(1)", r"prefetch\(buffer_size\) must be an int from 1 to 1000000000000 or auto, got 0"),
        ("batch(1).repeat(0)", r"repeat\(count\) must be an int >= 1, got 0"),
        ("cache('x').batch(1)", r"cache\(\) takes no arguments"),
        ("batch(" + "9" * MAX_TEXT_LENGTH + ")", "must be at most 1000 characters"),
        ("-" * 900 + "1", "is not a chain of stages"),
        ("(" * 450 + ")" * 450, "is not a chain of stages"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        parse_ordering(text)
    assert "\n" not in str(caught.value)


def test_nothing_in_the_text_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    executed: list[str] = []
    monkeypatch.setattr("builtins.print", lambda *args: executed.append("print"))
    with pytest.raises(InputError):
        parse_ordering("batch(print())")
    assert executed == []


def test_a_finite_repeat_does_not_keep_the_cache_from_filling() -> None:
    assert not parse_ordering("repeat(2).cache().batch(3)").is_endless


@pytest.mark.parametrize(
    ("text", "num_examples", "expected"),
    [
        ("batch(32)", 60000, 1875),
        ("batch(32)", 33, 2),
        ("batch(32)", 32, 1),
        ("batch(32)", 31, 1),
        ("batch(32, drop_remainder=True)", 33, 1),
        ("batch(32, drop_remainder=True)", 32, 1),
        ("repeat(5).batch(32)", 64, 2),
    ],
)
def test_batches_of_one_pass(text: str, num_examples: int, expected: int) -> None:
    assert parse_ordering(text).num_batches(num_examples) == expected


@pytest.mark.parametrize(("text", "num_examples"), [("batch(32, drop_remainder=True)", 31), ("batch(32)", 0)])
def test_an_epoch_without_a_batch_is_refused(text: str, num_examples: int) -> None:
    with pytest.raises(InputError, match=f"gives no batch from {num_examples} examples"):
        parse_ordering(text).num_batches(num_examples)


def test_another_batch_size_changes_nothing_else() -> None:
    changed = parse_ordering(POST).with_batch_size(128)
    assert str(changed) == "shuffle(60000).map().prefetch(320).batch(128).repeat()"
    with pytest.raises(InputError, match=r"batch\(batch_size\) must be an int >= 1, got 0"):
        changed.with_batch_size(0)


def test_an_ordering_is_found_by_name_or_read_from_text() -> None:
    assert str(find_ordering("post")) == POST
    assert find_ordering("batch(7)") == Ordering((Batch(7),))
    with pytest.raises(InputError, match="no ordering is named 'pots': did you mean post?"):
        find_ordering("pots")
    with pytest.raises(InputError, match="no ordering is named 'xyzzy': use a chain of stages or post, prefetch_last"):
        find_ordering("xyzzy")
