"""Cases: their ids, which never mix devices, arms or consumers, and what a selection builds."""

import pytest

from bench.harness.cases import (
    FED,
    NUM_FED_EXAMPLES,
    RAW_PREFETCH,
    Case,
    Selection,
    build_case,
    build_drain_cases,
    build_fed_cases,
    build_memory_cases,
)
from bench.harness.environment import count_cores
from mnist_core.errors import InputError
from mnist_core.named_orderings import NAMED_ORDERINGS


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (build_case("post"), "post-default-cpu"),
        (build_case("post", arm="raw"), "post-raw-cpu"),
        (build_case("post", "python"), "post-python-default-cpu"),
        (build_case("post", "emulated", step_ms=0.5, arm="raw"), "post-emulated-0.5ms-raw-cpu"),
        (build_case("post", "step"), "post-step-default-cpu"),
        (build_case("post", "memory"), "post-default-cpu"),
    ],
)
def test_ids(case: Case, expected: str) -> None:
    assert case.id == expected


def test_the_raw_arm_has_numbers_instead_of_auto() -> None:
    ordering = str(build_case("parallel_map", arm="raw").spec.ordering)
    assert ordering == f"shuffle(60000).map(parallel={count_cores()}).batch(32).prefetch({RAW_PREFETCH})"
    assert str(build_case("parallel_map").spec.ordering) == NAMED_ORDERINGS["parallel_map"].text
    assert "auto" not in str(build_case("map().batch(2, parallel=auto)", arm="raw").spec.ordering)


def test_every_ordering_in_both_arms_and_one_control() -> None:
    cases = build_drain_cases(Selection(orderings=["post", "batch(8).map()", "batch( 8 ) .map()"], num_examples=500))
    names = [*NAMED_ORDERINGS, "batch(8).map()"]
    assert [(case.name, case.arm) for case in cases[:-1]] == [
        (name, arm) for arm in ("default", "raw") for name in names
    ]
    control = cases[-1]
    twin = next(case for case in cases if case.name == "batch_before_map")
    assert (control.id, control.spec) == ("control-default-cpu", twin.spec)
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


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="arm must be one of default, raw, without_noop_elimination.* got 'fast'"):
        build_case("post", arm="fast")
    with pytest.raises(InputError, match="step_ms belongs to the emulated consumer, got None with emulated"):
        build_case("post", "emulated")
    with pytest.raises(InputError, match="step_ms belongs to the emulated consumer, got 2 with drain"):
        build_case("post", step_ms=2)
    with pytest.raises(InputError, match=r"shuffle\(buffer_size\) must be an int >= 1"):
        build_drain_cases(Selection(orderings=["shuffle(0).batch(1)"]))
