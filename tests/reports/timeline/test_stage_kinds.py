"""What a stage's name says."""

import pytest

from reports.timeline.stage_kinds import FUNCTION, MOST_STAGES, OTHER, find_kind, split_path, strip_version


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ("Iterator::Root", ("Root",)),
        ("Iterator::Root::BatchV2::Map", ("Root", "BatchV2", "Map")),
        ("ReduceIterator::Root::Prefetch::Scan", ("Root", "Prefetch", "Scan")),
        ("Iterator::Root::ForeverRepeat[3]::TensorSlice", ("Root", "ForeverRepeat", "TensorSlice")),
        ("Iterator::Root::Zip[0]::Map", ("Root", "Zip", "0:Map")),
        ("Iterator::Root::Zip[1]::Interleave[7]::Map", ("Root", "Zip", "1:Interleave", "Map")),
        ("Iterator::Root::MemoryCacheImpl::Map", ("Root", "MemoryCache", "Map")),
    ],
)
def test_the_stages_in_an_events_name(event: str, path: tuple) -> None:
    assert split_path(event) == path


@pytest.mark.parametrize("count", [MOST_STAGES - 1, MOST_STAGES, MOST_STAGES + 1])
def test_a_longer_chain_is_a_damaged_files(count: int) -> None:
    assert len(split_path("Iterator" + "::A" * count)) == min(count, MOST_STAGES)


@pytest.mark.parametrize(
    ("name", "stripped"),
    [("ParallelMapV2", "ParallelMap"), ("BatchV12", "Batch"), ("0:ShuffleV3", "Shuffle"), ("V2x", "V2x")],
)
def test_a_version_and_the_number_of_an_input_do_not_matter(name: str, stripped: str) -> None:
    assert strip_version(name) == stripped


def test_what_is_known_of_a_stage() -> None:
    assert find_kind("1:ParallelMapV2").waits_for == FUNCTION
    assert find_kind("ParallelMapV2").works_ahead
    assert not find_kind("Map").works_ahead
    assert find_kind("Nobody'sStage") is OTHER
