"""A pair's difference: neighbouring turns, contaminated ones dropped without looking at the side."""

import math
from dataclasses import replace

import pytest
from gates import add_pairs, build_gate, build_pair, build_sample

from reports.gate.pairs import keep_calm, read_difference, read_differences
from reports.gate.record import Pair, Side


def build(base: list[float], head: list[float], dirty_base: set[int] = frozenset(), dirty_head=frozenset()) -> Pair:
    sides = [
        Side(slot, tuple(build_sample(math.log(value), contaminated=at in dirty) for at, value in enumerate(values)))
        for slot, values, dirty in ((0, base, dirty_base), (1, head, dirty_head))
    ]
    return replace(build_pair("a", 0, 0.0), base=sides[0], head=sides[1])


def test_the_difference_is_the_mean_of_the_middle_half_of_neighbouring_turns() -> None:
    # the machine slows down tenfold from turn to turn; the ratios are 0.5, 1.1, 1.3 and 3
    pair = build([1.0, 10.0, 100.0, 1000.0], [1.1, 5.0, 300.0, 1300.0])
    assert read_difference(pair, "time") == pytest.approx(math.log(1.1 * 1.3) / 2, abs=1e-6)


@pytest.mark.parametrize("metric", ["time", "cpu", "first_batch"])
def test_every_clock_is_read(metric) -> None:
    assert read_difference(build([1.0], [1.5]), metric) == pytest.approx(math.log(1.5), abs=1e-6)


def test_time_is_per_example() -> None:
    pair = build([1.0], [1.0])
    halved = replace(pair.head, turns=(replace(pair.head.turns[0], num_examples=500),))
    assert read_difference(replace(pair, head=halved), "time") == pytest.approx(math.log(2))
    assert read_difference(replace(pair, head=halved), "cpu") == pytest.approx(math.log(2))
    assert read_difference(replace(pair, head=halved), "first_batch") == 0


def test_memory_is_one_reading_of_each_side() -> None:
    pair = build([1.0], [1.0])
    assert read_difference(pair, "memory") is None
    one, other = (replace(pair.base, live_bytes=size) for size in (1000, 1100))
    assert read_difference(replace(pair, base=one, head=other), "memory") == pytest.approx(math.log(1.1))
    nothing = replace(one, live_bytes=0)
    assert read_difference(replace(pair, base=nothing, head=nothing), "memory") == 0
    assert read_difference(replace(pair, base=nothing, head=other), "memory") > 6, "from nothing to something is worse"


def test_a_metric_that_a_side_does_not_tell_gives_no_difference() -> None:
    pair = build([1.0, 1.0], [2.0, 2.0])
    silent = replace(pair.head, turns=tuple(replace(turn, first_batch_ns=None) for turn in pair.head.turns))
    assert read_difference(replace(pair, head=silent), "first_batch") is None
    lazy = replace(pair.head, turns=(replace(pair.head.turns[0], cpu_ns=0), pair.head.turns[1]))
    assert read_difference(replace(pair, head=lazy), "cpu") == pytest.approx(math.log(2), abs=1e-6)


@pytest.mark.parametrize(
    ("dirty_base", "dirty_head", "kept"),
    [
        (set(), set(), [0, 1, 2, 3]),
        ({0}, set(), [1, 2, 3]),
        (set(), {0}, [1, 2, 3]),
        ({0}, {0}, [1, 2, 3]),
        ({0}, {3}, [1, 2]),  # half is enough
        ({0, 1}, {3}, [0, 1, 2, 3]),  # less is not: then all
        ({0, 1, 2, 3}, set(), [0, 1, 2, 3]),
    ],
)
def test_contaminated_turns_are_dropped_with_their_neighbours(dirty_base, dirty_head, kept: list[int]) -> None:
    pair = build([1.0, 2.0, 4.0, 8.0], [1.0, 2.0, 4.0, 8.0], dirty_base, dirty_head)
    swapped = build([1.0, 2.0, 4.0, 8.0], [1.0, 2.0, 4.0, 8.0], dirty_head, dirty_base)
    expected = [(pair.base.turns[at], pair.head.turns[at]) for at in kept]
    assert keep_calm(pair) == expected
    assert [head for _, head in keep_calm(swapped)] == [base for base, _ in expected], "whichever side it was"


def test_differences_are_those_of_the_stage_in_order() -> None:
    gate = add_pairs(build_gate("a", "b"), "a", "confirm", [0.3, 0.4])
    gate = add_pairs(gate, "a", "screen", [0.2, 0.1])
    gate = add_pairs(gate, "a", "screen", [0.9], kind="control")
    gate = add_pairs(gate, "b", "screen", [0.8])
    gate = replace(gate, pairs=tuple(reversed(gate.pairs)))
    assert read_differences(gate, "a", "time", stage="screen") == pytest.approx([0.2, 0.1], abs=1e-6)
    assert read_differences(gate, "a", "time", stage="confirm", below=1) == pytest.approx([0.3], abs=1e-6)
    assert read_differences(gate, "a", "time", stage="screen", kind="control") == pytest.approx([0.9], abs=1e-6)
