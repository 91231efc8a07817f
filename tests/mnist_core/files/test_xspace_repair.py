"""What xprof would overlook: all marks where a trace holds a graph's loop."""

from typing import Any

from spaces import POOL, PYTHON, Made, make_space

from mnist_core.files.xspace_repair import flatten_loops


def read_arguments(space: Any) -> list[dict[str, int]]:
    """The arguments of every event, thread after thread."""
    (plane,) = space.planes
    names = {entry.key: entry.value.name for entry in plane.stat_metadata}
    events = [event for line in plane.lines for event in line.events]
    return [{names[stat.metadata_id]: stat.int64_value for stat in event.stats} for event in events]


def test_the_iterations_of_a_loop_are_one_and_their_numbers_are_kept() -> None:
    runs = [Made("ExecutorState::Process", 0, 9, {"id": 1, "iter_num": number}) for number in (0, 1, 2)]
    space = make_space({PYTHON: [Made("train", 0, 9, {"step_num": 4, "_r": 1})], POOL: runs})
    assert flatten_loops(space)
    assert read_arguments(space) == [
        {"step_num": 4, "_r": 1},
        *({"id": 1, "iter_num": 0, "loop_iter_num": number} for number in (0, 1, 2)),
    ]


def test_a_trace_without_loops_stays_as_it_is() -> None:
    space = make_space({POOL: [Made("ExecutorState::Process", 0, 9, {"id": 1, "iter_num": 0})]})
    before = space.SerializeToString()
    assert not flatten_loops(space)
    assert space.SerializeToString() == before
