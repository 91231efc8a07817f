"""Whether memory grows over epochs: leaks, what is flat, and what only looks like growth."""

from collections.abc import Sequence

import pytest

from reports.record.memory import EpochReading, Memory
from reports.record.program import Extent
from reports.summary.growth import Growth, estimate_growth

MB = 1_000_000


def grow(heap: Sequence[float | None], resident: Sequence[float | None], extent: Extent | None = None) -> Growth:
    """The growth over readings in MB, after two that settle."""
    pairs = [(900.0, 900.0), (5.0, 5.0), *zip(heap, resident, strict=True)]
    epochs = tuple(EpochReading(*(None if each is None else round(each * MB) for each in pair)) for pair in pairs)
    found = estimate_growth(Memory(None, None, None, None, None, epochs=epochs, extent=extent))
    assert found is not None
    return found


FLAT = [50.0, 50.1, 50.0, 50.2, 50.1, 50.0]
LEAKING = [50.0, 51.0, 52.1, 53.0, 54.0, 55.0]


def test_a_leak_is_told_with_its_slope() -> None:
    growth = grow(LEAKING, LEAKING)
    assert growth.leaks
    assert not growth.only_resident
    assert growth.heap is not None
    assert growth.heap.median == pytest.approx(1.0 * MB, rel=0.01)
    assert growth.num_batches is None


def test_what_wavers_is_flat() -> None:
    growth = grow(FLAT, FLAT)
    assert not growth.leaks
    assert not growth.only_resident


@pytest.mark.parametrize(("step_mb", "leaks"), [(0.099, False), (0.1, True)])
def test_less_than_a_tenth_of_a_megabyte_is_flat(step_mb: float, leaks: bool) -> None:
    rising = [50 + step_mb * place for place in range(6)]
    assert grow(rising, FLAT).leaks is leaks


def test_memory_that_is_given_back_is_no_leak() -> None:
    falling = [50.0 - place for place in range(6)]
    assert not grow(falling, falling).leaks


def test_the_allocator_alone_is_told_apart() -> None:
    growth = grow(FLAT, LEAKING)
    assert not growth.leaks
    assert growth.only_resident


def test_where_the_heap_is_not_told_resident_memory_decides() -> None:
    growth = grow([None] * 6, LEAKING)
    assert growth.leaks
    assert growth.heap is None


def test_a_part_of_an_epoch_is_told_as_such() -> None:
    assert grow(FLAT, FLAT, Extent(7, is_cut=True)).num_batches == 7
    assert grow(FLAT, FLAT, Extent(7)).num_batches is None


def test_five_settled_epochs_tell_nothing() -> None:
    epochs = (EpochReading(1, 1),) * 7
    assert estimate_growth(Memory(None, None, None, None, None, epochs=epochs)) is None
