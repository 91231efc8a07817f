"""Which calls are below one iterator, though its address has been another's before."""

from made_timelines import make_events
from spaces import PYTHON, Made

from reports.timeline.iterators import group_by_root

ROOT = "Iterator::Root"


def call(name: str, start_us: int, own: int, parent: int | None = None) -> Made:
    return Made(name, start_us, 10, {"id": own} if parent is None else {"id": own, "parent_id": parent})


def groups(*calls: Made) -> list[dict[str, int]]:
    """For each group the number of calls of each stage, by the last name in its path."""
    found = group_by_root(make_events({PYTHON: list(calls)}))
    return [{path[-1]: len(places) for path, places in origin.calls.items()} for origin in found]


def test_an_epochs_iterator_at_the_addresses_of_a_validations_has_its_own_calls() -> None:
    assert groups(
        call(ROOT, 0, 1), call(f"{ROOT}::Prefetch", 1, 2, 1), call(f"{ROOT}::Prefetch::Map", 2, 3, 2),
        call(ROOT, 100, 1), call(f"{ROOT}::Prefetch", 101, 2, 1),
        call(ROOT, 200, 9), call(f"{ROOT}::Prefetch", 201, 2, 9), call(f"{ROOT}::Prefetch::Map", 202, 3, 2),
        call(f"{ROOT}::Prefetch::Map", 203, 3, 2),
    ) == [{"Root": 2, "Prefetch": 2, "Map": 1}, {"Root": 1, "Prefetch": 1, "Map": 2}]  # fmt: skip


def test_a_call_before_the_first_of_its_parent_is_of_that_parent() -> None:
    assert groups(call(f"{ROOT}::Map", 0, 2, 1), call(ROOT, 5, 1)) == [{"Map": 1, "Root": 1}]


def test_iterators_of_two_roots_are_apart_and_calls_without_identities_are_one() -> None:
    assert groups(call(ROOT, 0, 1), call(ROOT, 20, 5)) == [{"Root": 1}, {"Root": 1}]
    assert groups(Made(ROOT, 0, 5), Made(f"{ROOT}::Map", 1, 3), Made(ROOT, 20, 5)) == [{"Root": 2, "Map": 1}]
    assert groups(Made(ROOT, 0, 5), call(ROOT, 20, 7)) == [{"Root": 1}, {"Root": 1}]


def test_the_inner_iterator_of_a_cache_is_the_cache() -> None:
    assert groups(
        call(ROOT, 0, 1), call(f"{ROOT}::MemoryCache", 1, 2, 1), call(f"{ROOT}::MemoryCacheImpl", 2, 3, 2),
        call(f"{ROOT}::MemoryCacheImpl::Map", 3, 4, 3),
    ) == [{"Root": 1, "MemoryCache": 2, "Map": 1}]  # fmt: skip


def test_the_inputs_of_a_parent_that_no_call_names_are_together() -> None:
    zipped = [call(f"{ROOT}::Zip[0]::Map", 0, 3, 2), call(f"{ROOT}::Zip[1]::Batch", 1, 4, 2)]
    assert groups(*zipped, call(f"{ROOT}::Zip", 50, 7, 6)) == [{"0:Map": 1, "1:Batch": 1}, {"Zip": 1}]


def test_a_loop_inside_a_graph_is_apart_from_an_iterator_of_the_same_identities() -> None:
    assert groups(call(ROOT, 0, 1), call("ReduceIterator::Root", 0, 1)) == [{"Root": 1}, {"Root": 1}]


def test_iterators_that_are_their_own_ancestors_end() -> None:
    assert groups(call(f"{ROOT}::Map", 0, 1, 2), call(f"{ROOT}::Map", 5, 2, 1)) == [{"Map": 1}, {"Map": 1}]


def test_a_chain_of_many_stages_reaches_its_root() -> None:
    names = ["::".join([ROOT, *["A"] * depth]) for depth in range(99)]
    (group,) = group_by_root(
        make_events({PYTHON: [call(name, 0, depth + 1, depth or None) for depth, name in enumerate(names)]})
    )
    assert len(group.calls) == 99


def test_nothing_called_is_no_group() -> None:
    assert group_by_root(make_events({PYTHON: [Made("train", 0, 10)]})) == []
