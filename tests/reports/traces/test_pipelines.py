"""Pipelines from traces made by hand: which stage the wait goes to, and what else a stage tells."""

import pytest
from spaces import BACKGROUND, MICROSECOND, POOL, PYTHON, Made, make_slow_map, make_space

from reports.traces.pipelines import build_pipelines
from reports.traces.stages import Pipeline, StageSetting, Work
from reports.xplane.events import read_events

ROOT, PREFETCH = "Iterator::Root", "Iterator::Root::Prefetch"


def build(threads: dict[str, list[Made]]) -> tuple[Pipeline, ...]:
    return build_pipelines(read_events(make_space(threads)))


def shares(pipeline: Pipeline) -> dict[str, int]:
    return {stage.name: stage.share_ps // MICROSECOND for stage in pipeline.stages}


def test_the_wait_for_a_slow_map_passes_through_the_prefetch_to_the_map() -> None:
    (pipeline,) = build(make_slow_map(num_steps=2))
    assert pipeline.chain == "Prefetch(auto) > Map > BatchV2"
    assert pipeline.wait_ps == 2 * 8_050 * MICROSECOND
    assert shares(pipeline) == {"Root": 100, "Prefetch": 0, "Map": 15_000, "BatchV2": 1_000}
    assert pipeline.slowest.name == "Map"
    assert pipeline.slowest.work == (Work("PyFunc", 2 * 7_000 * MICROSECOND),)
    assert pipeline.num_threads == 2


def test_the_wait_for_a_slow_source_passes_through_a_parallel_map() -> None:
    source = f"{PREFETCH}::ParallelMapV2::FlatMap[0]::Generator"
    (pipeline,) = build({
        PYTHON: [Made(ROOT, 0, 1000), Made(PREFETCH, 0, 1000)],
        BACKGROUND: [Made(f"{PREFETCH}::ParallelMapV2", 0, 1000)],
        "tf_data_iterator_resource/9": [
            Made(f"{PREFETCH}::ParallelMapV2::FlatMap", 20, 960),
            Made(source, 30, 950),
            Made(source.replace("[0]", "[1]"), 980, 0),
        ],
    })  # fmt: skip
    assert shares(pipeline) == {"Root": 0, "Prefetch": 0, "ParallelMapV2": 40, "FlatMap": 10, "Generator": 950}
    assert pipeline.slowest.name == "Generator"


def test_what_runs_while_nobody_waits_has_own_time_and_no_share() -> None:
    (pipeline,) = build({
        PYTHON: [Made(ROOT, 5000, 10), Made(PREFETCH, 5000, 10)],
        BACKGROUND: [Made(f"{PREFETCH}::Map", 0, 4000)],
    })  # fmt: skip
    map_stage = pipeline.stages[2]
    assert (map_stage.own_ps, map_stage.share_ps) == (4000 * MICROSECOND, 0)
    assert pipeline.slowest.name == "Prefetch"


def test_the_shares_of_a_chain_add_up_to_the_wait() -> None:
    (pipeline,) = build(make_slow_map())
    assert sum(stage.share_ps for stage in pipeline.stages) == pipeline.wait_ps


def test_the_inputs_of_a_zip_are_stages_apart_and_those_of_an_interleave_are_not() -> None:
    (pipeline,) = build({
        PYTHON: [
            Made(ROOT, 0, 100),
            Made(f"{ROOT}::Zip", 0, 100),
            Made(f"{ROOT}::Zip[0]::Map", 0, 20),
            Made(f"{ROOT}::Zip[1]::Interleave", 20, 80),
            Made(f"{ROOT}::Zip[1]::Interleave[0]::Map", 20, 30),
            Made(f"{ROOT}::Zip[1]::Interleave[7]::Map", 50, 40),
        ]
    })  # fmt: skip
    assert pipeline.chain == "Zip > {Map | Interleave > Map}"
    assert [(stage.name, stage.share_ps // MICROSECOND) for stage in pipeline.stages] == [
        ("Root", 0), ("Zip", 0), ("Map", 20), ("Interleave", 10), ("Map", 70),
    ]  # fmt: skip


def test_a_caches_inner_iterator_is_the_cache() -> None:
    (pipeline,) = build({
        PYTHON: [
            Made(ROOT, 0, 100, {"id": 1}),
            Made(f"{ROOT}::MemoryCache", 0, 90, {"id": 2, "parent_id": 1}),
            Made(f"{ROOT}::MemoryCacheImpl", 5, 80, {"id": 3, "parent_id": 2}),
            Made(f"{ROOT}::MemoryCacheImpl::Map", 10, 70, {"id": 4, "parent_id": 3}),
        ]
    })  # fmt: skip
    assert shares(pipeline) == {"Root": 10, "MemoryCache": 20, "Map": 70}


def train_and_validate(start_us: int, stage: str, root: int, prefetch: int) -> list[Made]:
    return [
        Made(ROOT, start_us, 100, {"id": root}),
        Made(PREFETCH, start_us, 90, {"id": prefetch, "parent_id": root}),
        Made(f"{PREFETCH}::{stage}", start_us, 80, {"id": start_us, "parent_id": prefetch}),
    ]


def test_two_datasets_are_two_pipelines_and_an_epochs_new_iterator_is_none() -> None:
    threads = [
        *train_and_validate(1000, "Map", 1, 2),
        *train_and_validate(2000, "BatchV2", 3, 4),
        *train_and_validate(3000, "Map", 5, 6),
    ]
    train, validate = build({PYTHON: threads})
    assert (train.chain, train.stages[0].num_calls) == ("Prefetch > Map", 2)
    assert (validate.chain, validate.stages[0].num_calls) == ("Prefetch > BatchV2", 1)


def test_an_address_that_a_later_iterator_got_does_not_mix_the_two() -> None:
    threads = [*train_and_validate(1000, "Map", 1, 2), *train_and_validate(2000, "BatchV2", 3, 2)]
    assert {pipeline.chain for pipeline in build({PYTHON: threads})} == {"Prefetch > Map", "Prefetch > BatchV2"}


def test_iterators_that_are_their_own_ancestors_end() -> None:
    threads = [
        Made(f"{ROOT}::Map", 0, 10, {"id": 1, "parent_id": 2}),
        Made(ROOT, 0, 10, {"id": 2, "parent_id": 1}),
        Made("Iterator::Root::MemoryCache", 0, 10, {"id": 9, "parent_id": 9}),
    ]
    assert len(build({PYTHON: threads})) == 2


def test_a_loop_inside_a_graph_is_a_pipeline_too() -> None:
    (pipeline,) = build({PYTHON: [Made("ReduceIterator::Root", 0, 9), Made("ReduceIterator::Root::MapAndBatch", 0, 9)]})
    assert pipeline.chain == "MapAndBatch"


@pytest.mark.parametrize("name", ["MakeIterator::MapDataset", "IteratorGetNextOp::DoCompute", "Iterator::", "Iterator"])
def test_other_events_are_no_stages(name: str) -> None:
    assert build({PYTHON: [Made(name, 0, 10)]}) == ()


@pytest.mark.parametrize(
    ("arguments", "setting", "written"),
    [
        ({"parallelism": 4, "autotune": "true"}, StageSetting("parallelism", 4, tuned=True), "Map(auto)"),
        ({"parallelism": 4, "autotune": "false"}, StageSetting("parallelism", 4, tuned=False), "Map(4)"),
        ({"parallelism": "unavailable"}, StageSetting("parallelism", None, tuned=False), "Map(?)"),
        ({"buffer_limit": 2, "autotune": "true"}, StageSetting("buffer", 2, tuned=True), "Map(auto)"),
        ({"buffer_size": 60000, "autotune": "true"}, StageSetting("buffer", 60000, tuned=False), "Map(60000)"),
        ({"batch_size": 32}, StageSetting("batch", 32, tuned=False), "Map"),
    ],
)
def test_what_autotune_chose_is_told_from_what_the_program_says(
    arguments: dict, setting: StageSetting, written: str
) -> None:
    (pipeline,) = build({PYTHON: [Made(ROOT, 0, 10), Made(f"{ROOT}::Map", 0, 10, arguments)]})
    assert pipeline.stages[1].settings == (setting,)
    assert pipeline.chain == written


def test_the_last_number_that_a_stage_told_counts() -> None:
    calls = [Made(f"{ROOT}::Map", start, 5, {"parallelism": value, "autotune": "true"})
             for start, value in ((20, "unavailable"), (0, 2), (10, 7))]  # fmt: skip
    (pipeline,) = build({PYTHON: [Made(ROOT, 0, 30), *calls]})
    assert pipeline.stages[1].settings == (StageSetting("parallelism", 7, tuned=True),)


def test_work_of_other_threads_and_other_times_is_not_the_stages() -> None:
    threads = make_slow_map(num_steps=1)
    threads["tf_Compute/3"].append(Made("model/MatMul:MatMul", 1000, 5000))
    threads[POOL].append(Made("Cast:Cast", 9_000, 500))
    (pipeline,) = build(threads)
    assert pipeline.slowest.work == (Work("PyFunc", 7_000 * MICROSECOND),)


@pytest.mark.parametrize(
    ("stages", "turns"),
    [
        (["Map", "BatchV2"], ("Map", "BatchV2")),
        (["BatchV2", "Prefetch", "Map"], ("BatchV2",)),
        (["Prefetch", "BatchV2"], ()),
        (["MapAndBatch"], ()),
        (["ParallelMapV2"], ()),
    ],
)
def test_stages_before_the_first_that_works_ahead_take_turns_with_the_step(stages: list, turns: tuple) -> None:
    names = ["::".join([ROOT, *stages[:depth]]) for depth in range(len(stages) + 1)]
    (pipeline,) = build({PYTHON: [Made(name, 0, 10) for name in names]})
    assert pipeline.taking_turns == turns


def test_a_chain_without_end_is_cut() -> None:
    (pipeline,) = build({PYTHON: [Made("Iterator::Root" + "::A" * 660, 0, 10)]})
    assert len(pipeline.stages) == 100
    assert pipeline.chain.count("A") == 99
