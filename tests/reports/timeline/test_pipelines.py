"""Pipelines from traces made by hand: which stage the wait goes to, and what else a stage tells."""

import pytest
from made_timelines import build, mark
from spaces import BACKGROUND, MICROSECOND, POOL, PYTHON, Made, make_slow_map

from reports.timeline.pipelines import UNSEEN
from reports.timeline.stages import BESIDE, Pipeline, StageSetting, Work

ROOT, PREFETCH = "Iterator::Root", "Iterator::Root::Prefetch"
REDUCE = "tf_data_reduce_dataset/5"


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


@pytest.mark.parametrize("order", [1, -1])
def test_a_limit_of_the_buffer_counts_before_its_size_of_0(order: int) -> None:
    settings = dict([("buffer_limit", 8), ("buffer_size", 0)][::order])
    (pipeline,) = build({PYTHON: [Made(ROOT, 0, 10), Made(PREFETCH, 0, 10, settings)]})
    assert pipeline.stages[1].settings == (StageSetting("buffer", 8, tuned=False),)


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
    assert (pipeline.chain, pipeline.loops) == ("MapAndBatch", "Reduce")


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


def consumers(pipelines: tuple[Pipeline, ...]) -> list[tuple[str, tuple[str, ...], int]]:
    return [(each.consumer, each.serves, each.wait_ps // MICROSECOND) for each in pipelines]


def fetch(start_us: int, duration_us: int, first: int, stage: str = "Map") -> list[Made]:
    """A fetch from a pipeline of the identities from `first` on."""
    return [
        Made(ROOT, start_us, duration_us, {"id": first}),
        Made(f"{ROOT}::{stage}", start_us, duration_us - 5, {"id": first + 1, "parent_id": first}),
    ]


def test_a_loader_in_the_background_with_the_same_stages_is_a_pipeline_of_its_own() -> None:
    steps, loader = build(
        {
            PYTHON: [mark(0, 100, 0), *fetch(10, 20, 1), mark(200, 100, 1), *fetch(210, 20, 1)],
            "python/2": fetch(0, 300, 11),
        }
    )
    assert consumers((steps, loader)) == [("train", ("train",), 40), ("thread python", (), 300)]
    assert steps.chain == loader.chain == "Map"


def test_two_loaders_on_threads_of_one_name_are_two_pipelines() -> None:
    assert consumers(build({"loader/1": fetch(0, 50, 1), "loader/2": fetch(0, 90, 11)})) == [
        ("thread loader", (), 90),
        ("thread loader", (), 50),
    ]


def test_a_validation_between_the_steps_is_told_from_them_and_a_training_comes_first() -> None:
    pipelines = build(
        {PYTHON: [mark(0, 100, 0), *fetch(10, 20, 1), *fetch(110, 80, 11), mark(200, 100, 1), *fetch(210, 20, 1)]}
    )
    assert consumers(pipelines) == [("train", ("train",), 40), (BESIDE, (), 80)]


def test_train_and_eval_steps_each_have_the_pipeline_from_which_they_fetch() -> None:
    pipelines = build({PYTHON: [mark(0, 100, 0), *fetch(10, 20, 1), mark(100, 100, 0, "eval"), *fetch(110, 80, 11)]})
    assert consumers(pipelines) == [("eval", ("eval",), 80), ("train", ("train",), 20)]


def test_a_pipeline_from_which_two_kinds_of_steps_fetch_serves_both() -> None:
    (pipeline,) = build({PYTHON: [mark(0, 100, 0), *fetch(10, 20, 1), mark(100, 100, 0, "eval"), *fetch(110, 30, 1)]})
    assert consumers((pipeline,)) == [("eval, train", ("eval", "train"), 50)]


def test_a_step_that_fetches_from_two_datasets_has_two_pipelines() -> None:
    pipelines = build({PYTHON: [mark(0, 100, 0), *fetch(10, 20, 1), *fetch(40, 30, 11, "BatchV2")]})
    assert [(each.chain, each.consumer) for each in pipelines] == [("BatchV2", "train"), ("Map", "train")]


def test_the_worker_of_a_data_service_is_another_pipeline_than_its_client() -> None:
    client, worker = build(
        {
            PYTHON: [mark(0, 100, 0), *fetch(10, 20, 1, "DataService")],
            "tf_data_service_fcfs_prefetch_thread/9": fetch(0, 100, 11),
        }
    )
    assert consumers((client, worker)) == [
        ("train", ("train",), 20),
        ("thread tf_data_service_fcfs_prefetch_thread", (), 100),
    ]
    assert (client.chain, worker.chain) == ("DataService", "Map")


def test_calls_whose_root_was_not_seen_belong_to_the_pipeline_that_they_fit() -> None:
    (pipeline,) = build(
        {
            PYTHON: [mark(0, 100, 0), *fetch(10, 20, 1)],
            BACKGROUND: [Made(f"{ROOT}::Map::BatchV2", 0, 5, {"id": 33, "parent_id": 32})],
        }
    )
    assert pipeline.chain == "Map > BatchV2"
    (alone,) = build({BACKGROUND: [Made(f"{ROOT}::Map::BatchV2", 0, 5, {"id": 33, "parent_id": 32})]})
    assert (alone.consumer, alone.wait_ps) == (UNSEEN, 0)


def make_loop(root: str, above: str = "") -> dict[str, list[Made]]:
    """An epoch of 100 us as `for x in dataset`: 60 us of the scan are the step, the 30 us of its input a wait."""
    body = f"{root}{above}::Scan"
    return {
        PYTHON: [mark(0, 100, 0, "epoch"), Made("FunctionRun", 1, 98, {"id": 7})],
        REDUCE: [
            Made("ReduceDatasetOp::DoCompute", 2, 96, {"id": 7}),
            Made(root, 5, 90, {"threadpool_size": 3}),
            *([Made(f"{root}{above}", 5, 90)] if above else []),
            Made(body, 5, 90),
            Made(f"{body}::Map", 10, 30),
            Made(f"{body}::Map::TensorSlice", 15, 5),
        ],
    }


@pytest.mark.parametrize(
    ("root", "above"),
    [
        ("ReduceIterator::Root", ""),
        ("ReduceIterator::Root", "::Prefetch"),
        ("ReduceIterator::Root", "::TakeWhile"),
        ("ReduceIterator::Model", "::MaxIntraOpParallelism"),
        ("ReduceIterator::Model", ""),
    ],
)
def test_the_scan_that_holds_the_body_of_a_loop_is_no_wait_and_its_input_is(root: str, above: str) -> None:
    (pipeline,) = build(make_loop(root, above))
    assert (pipeline.loops, pipeline.serves) == ("Scan", ("epoch",))
    assert pipeline.wait_ps == 30 * MICROSECOND
    assert shares(pipeline) == {root.partition("::")[2]: 0, "Map": 25, "TensorSlice": 5}
    assert pipeline.num_threads == 3


def test_a_scan_below_a_map_is_a_stage_like_others() -> None:
    (pipeline,) = build(make_loop("ReduceIterator::Root", "::Map"))
    assert (pipeline.loops, pipeline.wait_ps) == ("Reduce", 90 * MICROSECOND)
    assert pipeline.chain == "Map > Scan > Map > TensorSlice"


def test_a_scan_that_no_loop_inside_a_graph_runs_is_a_stage_like_others() -> None:
    (pipeline,) = build({PYTHON: [Made(ROOT, 0, 90), Made(f"{ROOT}::Scan", 0, 90), Made(f"{ROOT}::Scan::Map", 0, 30)]})
    assert (pipeline.loops, pipeline.chain) == (None, "Scan > Map")


def in_flight(calls: list[Made], waits_us: tuple[int, int] = (0, 80)) -> Pipeline:
    """A prefetch that is waited for, with these calls below it; the first step began at 0."""
    start, duration = waits_us
    (pipeline,) = build(
        {
            PYTHON: [mark(0, 200, 0), Made(ROOT, start, duration), Made(PREFETCH, start, duration)],
            BACKGROUND: calls,
        }
    )
    return pipeline


def test_a_wait_before_the_first_call_of_a_prefetchs_input_was_for_a_call_in_flight() -> None:
    pipeline = in_flight([Made(f"{PREFETCH}::Map", 80, 50)])
    assert shares(pipeline) == {"Root": 0, "Prefetch": 0, "Map": 80}
    assert pipeline.in_flight == ("Map", 80 * MICROSECOND)


def test_a_wait_after_the_first_call_was_for_no_call_in_flight() -> None:
    pipeline = in_flight([Made(f"{PREFETCH}::Map", 0, 60)])
    assert shares(pipeline) == {"Root": 0, "Prefetch": 20, "Map": 60}
    assert pipeline.in_flight is None
    assert in_flight([Made(f"{PREFETCH}::Map", 0, 10)], (40, 80)).in_flight is None


def test_the_part_of_a_wait_before_the_first_call_is_in_flight_alone() -> None:
    pipeline = in_flight([Made(f"{PREFETCH}::Map", 30, 50)])
    assert pipeline.in_flight == ("Map", 30 * MICROSECOND)
    assert shares(pipeline) == {"Root": 0, "Prefetch": 0, "Map": 80}


@pytest.mark.parametrize(("source_us", "blamed"), [(26, "Generator"), (24, "Map")])
def test_a_call_in_flight_is_put_down_to_the_deeper_stage_where_that_takes_longer(source_us: int, blamed: str) -> None:
    pipeline = in_flight(
        [
            Made(f"{PREFETCH}::Map", 80, 50),
            Made(f"{PREFETCH}::Map::Generator", 80, source_us),
        ]
    )
    assert pipeline.in_flight == (blamed, 80 * MICROSECOND)
    assert pipeline.slowest.name == blamed


def test_a_call_in_flight_passes_through_a_second_prefetch_to_what_that_waits_for() -> None:
    take = f"{PREFETCH}::FiniteTake"
    pipeline = in_flight(
        [
            Made(take, 80, 50),
            Made(f"{take}::Prefetch", 80, 49),
            Made(f"{take}::Prefetch::Map", 80, 40),
        ]
    )
    assert pipeline.in_flight == ("Map", 80 * MICROSECOND)


def test_a_prefetch_of_whose_input_the_trace_holds_no_call_waits_for_that_input() -> None:
    pipeline = in_flight([])
    assert shares(pipeline) == {"Root": 0, "Prefetch": 0, "(unseen input)": 80}
    assert (pipeline.chain, pipeline.slowest.num_calls) == ("Prefetch > (unseen input)", 0)
    assert pipeline.in_flight is None


def test_of_a_call_in_flight_no_more_is_unseen_than_the_calls_inside_it_leave() -> None:
    pipeline = in_flight([Made(f"{PREFETCH}::BatchV2::Map", 5, 70)])
    assert shares(pipeline) == {"Root": 0, "Prefetch": 0, "BatchV2": 10, "Map": 70}
    assert pipeline.in_flight == ("BatchV2", 10 * MICROSECOND)


def test_below_a_stage_that_works_ahead_nothing_is_known_of_a_call_in_flight() -> None:
    pipeline = in_flight(
        [
            Made(f"{PREFETCH}::ParallelMapV2", 80, 50),
            Made(f"{PREFETCH}::ParallelMapV2::Generator", 80, 49),
        ]
    )
    assert pipeline.in_flight == ("ParallelMapV2", 80 * MICROSECOND)


def run(start_us: int, number: int, operation: str) -> list[Made]:
    return [
        Made("ExecutorState::Process", start_us, 50, {"id": number}),
        Made(f"{operation}:{operation}", start_us + 1, 40),
    ]


def test_operations_are_work_of_the_pipeline_whose_function_they_are() -> None:
    steps, loader = build(
        {
            PYTHON: [
                mark(0, 100, 0),
                Made(ROOT, 0, 100, {"id": 1}),
                Made(f"{ROOT}::MapAndBatch", 0, 100, {"id": 2, "parent_id": 1}),
            ],
            "tf_data_map_and_batch/4": [
                Made(f"{ROOT}::MapAndBatch::TensorSlice", 0, 1, {"id": 3, "parent_id": 2}),
                Made("InstantiatedCapturedFunction::RunAsync", 2, 1, {"id": 71}),
            ],
            "python/2": [
                Made(ROOT, 0, 100, {"id": 11}),
                Made(f"{ROOT}::Map", 0, 100, {"id": 12, "parent_id": 11}),
                Made("InstantiatedCapturedFunction::Run", 2, 97, {"id": 72}),
            ],
            POOL: [*run(3, 71, "Sin"), *run(54, 72, "PyFunc")],
            "tf_Compute/1": run(4, 73, "MatMul"),
        }
    )
    assert steps.slowest.work == (Work("Sin", 40 * MICROSECOND),)
    assert loader.slowest.work == (Work("PyFunc", 40 * MICROSECOND),)


def test_functions_run_on_threads_of_the_step_too_in_traces_of_old() -> None:
    (pipeline,) = build(
        {
            PYTHON: [
                Made(ROOT, 0, 100),
                Made(f"{ROOT}::Map", 0, 100),
                Made("InstantiatedCapturedFunction::Run", 2, 97, {"id": 71}),
            ],
            "tf_Compute/1": [*run(4, 71, "PyFunc"), *run(55, 99, "MatMul")],
        }
    )
    assert pipeline.slowest.work == (Work("PyFunc", 40 * MICROSECOND),)


@pytest.mark.parametrize("operation", ["IteratorGetNext", "IteratorGetNextAsOptional"])
def test_the_operation_that_asks_for_a_batch_is_no_work(operation: str) -> None:
    (pipeline,) = build({PYTHON: [Made(f"get:{operation}", 0, 100), Made(ROOT, 10, 80), Made(f"{ROOT}::Map", 10, 80)]})
    assert pipeline.slowest.work == ()


def test_what_one_device_is_handed_is_fed_by_the_pipeline_for_all_and_waits_for_that() -> None:
    fed = f"{PREFETCH}::Generator"
    whole, device = build(
        {
            PYTHON: [mark(0, 100, 0), Made(ROOT, 10, 40, {"id": 1}), Made(PREFETCH, 10, 40, {"id": 2, "parent_id": 1})],
            "tf_data_multi_device_iterator/3": [
                Made(ROOT, 0, 70, {"id": 11}),
                Made(f"{ROOT}::Map", 0, 70, {"id": 12, "parent_id": 11}),
            ],
            BACKGROUND: [Made(fed, 0, 60, {"id": 3, "parent_id": 2})],
        }
    )
    assert consumers((whole, device)) == [("train, for all devices", ("train",), 40), ("train", ("train",), 40)]
    assert shares(whole) == {"Root": 0, "Map": 40}


@pytest.mark.parametrize("stage", ["MaxIntraOpParallelism", "FiniteTake", "ForeverRepeat", "Zip"])
def test_a_stage_that_hands_on_takes_no_turns(stage: str) -> None:
    (pipeline,) = build(
        {PYTHON: [Made(ROOT, 0, 10), Made(f"{ROOT}::{stage}", 0, 10), Made(f"{ROOT}::{stage}::Prefetch", 0, 10)]}
    )
    assert pipeline.taking_turns == ()
