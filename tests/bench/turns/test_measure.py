"""The measuring from a program of one's own, for real, on a few digits."""

from dataclasses import replace
from pathlib import Path

import pytest
import tensorflow as tf

from bench import WorkerError, build_case, capture, measure

pytestmark = pytest.mark.process


def test_cases_take_turns_and_memory_is_read_beside_them(digits_file: str) -> None:
    cases = [build_case("post"), build_case("batch_before_map", "memory"), build_case("batch_before_map")]
    record = measure(*cases, source=digits_file, seconds=0, min_rounds=2, seed=3)
    assert [(case.name, case.consumer, len(case.turns), case.seed) for case in record.cases] == [
        ("post", "drain", 2, 3),
        ("batch_before_map", "memory", 0, 3),
        ("batch_before_map", "drain", 2, 3),
    ]
    assert {turn.sample.num_examples for case in record.cases for turn in case.turns} == {200}
    assert record.machine.num_cores >= 1


@pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="here the GPU is found")
def test_a_case_that_cannot_be_measured_is_an_error_with_its_name(digits_file: str) -> None:
    on_gpu = replace(build_case("batch_before_map", "train"), device="gpu")
    with pytest.raises(WorkerError, match=r"^batch_before_map-train-default-gpu: no GPU here: .+\.$"):
        measure(on_gpu, source=digits_file, seconds=0)


def test_a_trace_is_captured_and_read_back(digits_file: str, tmp_path: Path) -> None:
    trace = capture(build_case("batch_before_map", "traced"), tmp_path / "traces", source=digits_file)
    assert trace.verdict is not None
    assert trace.steps
    assert list((tmp_path / "traces").rglob("*.xplane.pb"))
