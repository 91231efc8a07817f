"""What the allocators of a capture tell."""

from made_timelines import make_events
from spaces import PYTHON, Made

from reports.timeline.memory import Allocation, Allocator, describe_memory


def event(start_us: int, allocated: int, size: int, operation: str = "", **more: float | str) -> Made:
    name = "MemoryAllocation" if size > 0 else "MemoryDeallocation"
    told = {"allocator_name": "GPU_0_bfc", "bytes_allocated": allocated, "allocation_bytes": abs(size), **more}
    return Made(name, start_us, 0, told | ({"tf_op": operation} if operation else {}))


def memory(*events: Made) -> tuple[Allocator, ...]:
    return describe_memory(make_events({PYTHON: list(events)}))


def test_an_allocator_tells_its_peak_and_its_largest_allocations() -> None:
    assert memory(
        event(0, 100, 100, "a", peak_bytes_in_use=900, fragmentation=0.25),
        event(1, 400, 300, "b", peak_bytes_in_use=900, fragmentation=0.5),
        event(2, 300, -100, "a", peak_bytes_in_use=950, fragmentation=0.1),
        event(3, 350, 50, "a"),
    ) == (
        Allocator("GPU_0_bfc", 400, 950, 0.5, 3, (Allocation("b", 300, 1), Allocation("a", 100, 2))),
    )  # fmt: skip


def test_what_is_not_told_is_said_so() -> None:
    (allocator,) = memory(event(0, 100, 100, allocator_name=""), event(1, 200, 70, "(null)", allocator_name=""))
    assert allocator == Allocator("(no name told)", 200, 0, None, 2, (Allocation("(no operation told)", 100, 2),))


def test_the_allocator_with_the_highest_peak_comes_first() -> None:
    found = memory(event(0, 10, 10, allocator_name="cpu"), event(1, 20, 20), event(2, 30, 20, allocator_name="host"))
    assert [(each.name, each.peak_bytes) for each in found] == [("host", 30), ("GPU_0_bfc", 20), ("cpu", 10)]


def test_five_allocations_at_most() -> None:
    (allocator,) = memory(*(event(place, 10, place + 1, f"op{place}") for place in range(7)))
    assert [each.operation for each in allocator.largest] == ["op6", "op5", "op4", "op3", "op2"]


def test_without_its_events_there_is_no_memory() -> None:
    assert memory(Made("MemoryAllocations", 0, 5), Made("call", 0, 5)) == ()


def test_releases_alone_tell_what_was_allocated() -> None:
    assert memory(event(0, 70, -30)) == (Allocator("GPU_0_bfc", 70, 0, None, 0, ()),)
