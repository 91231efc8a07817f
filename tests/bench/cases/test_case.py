"""Cases: their ids, which never mix devices, arms or consumers, and what a selection builds."""

from dataclasses import replace

import pytest

from bench.cases.devices import build_device_cases, build_inference_case, build_inference_cases
from bench.cases.orderings import FED, NUM_FED_EXAMPLES, build_drain_cases, build_fed_cases, build_memory_cases
from bench.cases.selection import RAW_PREFETCH, Selection, build_case
from bench.consumers.registry import check_case
from bench.machine.cores import count_cores
from mnist_core.language.errors import InputError
from mnist_core.language.named_orderings import NAMED_ORDERINGS
from reports.record.case import Case
from reports.record.machine import Setting
from reports.record.record import CaseRecord
from reports.record.sample import Sample, Turn
from reports.summary.identity import identify


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (build_case("post"), "post-default-cpu"),
        (build_case("post", arm="raw"), "post-raw-cpu"),
        (build_case("post", "python"), "post-python-default-cpu"),
        (build_case("post", "emulated", step_ms=0.5, arm="raw"), "post-emulated-0.5ms-raw-cpu"),
        (build_case("post", "step"), "post-step-default-cpu"),
        (build_case("post", "memory"), "post-default-cpu"),
        (build_case("map_after_shuffle"), "map_after_shuffle-default-cpu"),
        (replace(build_case("post", "step"), device="gpu"), "post-step-default-gpu"),
        (replace(build_case("post", "copy_ahead"), device="gpu"), "post-copy_ahead-default-gpu"),
        (build_inference_case("cnn", 2048), "cnn_2048-infer-default-cpu"),
    ],
)
def test_ids(case: Case, expected: str) -> None:
    assert case.id == expected


def test_the_raw_arm_has_numbers_instead_of_auto() -> None:
    ordering = build_case("parallel_map", arm="raw").subject.text
    assert ordering == f"shuffle(60000).map(parallel={count_cores()}).batch(32).prefetch({RAW_PREFETCH})"
    assert build_case("parallel_map").subject.text == NAMED_ORDERINGS["parallel_map"].text
    assert "auto" not in build_case("map().batch(2, parallel=auto)", arm="raw").subject.text


def test_every_ordering_in_both_arms_and_one_control() -> None:
    cases = build_drain_cases(Selection(orderings=["post", "batch(8).map()", "batch( 8 ) .map()"], num_examples=500))
    names = [*NAMED_ORDERINGS, "own_56f6"]
    assert [(case.name, case.arm) for case in cases[:-1]] == [
        (name, arm) for arm in ("default", "raw") for name in names
    ]
    control = cases[-1]
    twin = next(case for case in cases if case.name == "batch_before_map")
    assert (control.id, control.subject) == ("control-default-cpu", replace(twin.subject, name="control"))
    assert {case.num_examples for case in cases} == {500}
    assert len({case.id for case in cases}) == len(cases)


def test_the_python_loop_is_a_third_consumer_on_request() -> None:
    cases = build_drain_cases(Selection(arms=["default"], python_loop=True))
    assert [case.consumer for case in cases] == ["drain"] * 10 + ["python"] * 10 + ["drain"]


def test_consumers_are_fed_what_their_prefetch_can_matter_for() -> None:
    cases = build_fed_cases(Selection(step_ms=5.0))
    assert [(case.name, case.arm) for case in cases if case.consumer == "emulated"] == [
        (name, arm) for arm in ("default", "raw") for name in FED
    ]
    assert {case.step_ms for case in cases if case.consumer == "emulated"} == {5.0}
    assert [case.name for case in cases if case.consumer == "step"] == list(FED)
    assert {case.num_examples for case in cases} == {NUM_FED_EXAMPLES}


def test_memory_is_of_the_whole_training_set() -> None:
    cases = build_memory_cases(Selection(num_examples=500))
    assert [case.name for case in cases] == list(NAMED_ORDERINGS)
    assert {(case.consumer, case.num_examples) for case in cases} == {("memory", None)}


def test_what_a_device_can_do_is_measured_on_each_that_is_asked_for() -> None:
    both = Selection(devices=("cpu", "gpu"))
    fed = build_fed_cases(both)
    steps = [(case.name, case.device) for case in fed if case.consumer == "step"]
    assert steps == [(name, device) for device in ("cpu", "gpu") for name in FED]
    assert {case.device for case in fed if case.consumer == "emulated"} == {"cpu"}
    on_device = [(case.consumer, case.device) for case in build_device_cases(both)]
    assert on_device == [(what, on) for what in ("copy", "copy_ahead", "train", "fit") for on in ("cpu", "gpu")]
    sizes = [(case.model, case.batch_size, case.device) for case in build_inference_cases(both)]
    assert sizes == [
        (model, size, on) for model in ("mlp", "cnn") for size in (1, 8, 32, 128, 512, 2048) for on in ("cpu", "gpu")
    ]
    every = [*fed, *build_device_cases(both), *build_inference_cases(both)]
    assert len({case.id for case in every}) == len(every)


def test_what_the_cpu_alone_does_is_left_out_where_only_the_gpu_was_asked_for() -> None:
    alone = Selection(devices=("gpu",), python_loop=True)
    assert build_drain_cases(alone) == build_memory_cases(alone) == []
    assert {(case.consumer, case.device) for case in build_fed_cases(alone)} == {("step", "gpu")}


def test_a_record_tells_the_model_and_the_batch_size() -> None:
    choices = dict(build_inference_case("cnn", 128).choices)
    assert choices == {"labels": "sparse", "normalize": "model", "model": "cnn", "batch_size": "128"}


@pytest.mark.parametrize("consumer", ["drain", "python", "memory", "mixing"])
def test_what_takes_batches_on_the_cpu_cannot_claim_a_gpu(consumer) -> None:
    with pytest.raises(InputError, match=f"the consumer {consumer} takes batches on the CPU alone, got device gpu"):
        check_case(replace(build_case("post", consumer), device="gpu"))


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="arm must be one of default, raw, without_noop_elimination.* got 'fast'"):
        build_case("post", arm="fast")
    with pytest.raises(InputError, match=r"^the consumer emulated needs step_ms\.$"):
        build_case("post", "emulated")
    with pytest.raises(InputError, match="step_ms belongs to the consumer emulated, got 2 with drain"):
        build_case("post", step_ms=2)
    with pytest.raises(InputError, match=r"^the consumer infer needs model\.$"):
        build_case("post", "infer")
    with pytest.raises(InputError, match="model belongs to the consumer infer, got 'mlp' with drain"):
        check_case(replace(build_case("post"), model="mlp"))
    with pytest.raises(InputError, match=r"shuffle\(buffer_size\) must be an int >= 1"):
        build_drain_cases(Selection(orderings=["shuffle(0).batch(1)"]))


@pytest.mark.parametrize(
    "case",
    [
        build_case("post"),
        build_case("post", "python", arm="raw"),
        build_case("post", "emulated", step_ms=0.5),
        build_case("post", "step"),
        build_case("post", "memory"),
        build_case("batch(8).map()"),
    ],
    ids=lambda case: case.id,
)
def test_a_comparison_calls_a_case_by_its_id(case: Case) -> None:
    sample = Sample(1, 1, 1, 1)
    record = CaseRecord(case, Setting("digits", "00", ()), 1, None, (Turn(0, sample),))
    assert identify(record).label == case.id
