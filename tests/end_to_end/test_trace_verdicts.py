"""Planted bottlenecks: of traces that TensorFlow captured, the verdict must name the stage that was made slow.

The slow traces are stored, so that no assertion is on real time. That today's TensorFlow writes traces of that form is
shown by capturing the same programs without sleep.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest
from planted_traces import PLANTED, fast_map, unpack

from reports.traces.reading import load_trace
from reports.traces.trace import Trace
from reports.traces.verdict import CAPTURE, STEPS

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


def list_starts(trace: Trace) -> list[str]:
    """How the remarks begin."""
    return [re.split(r", so they do|\. | when ", remark)[0] for remark in trace.remarks]


def load_planted(name: str, folder: Path) -> Trace:
    return load_trace(unpack(name, folder))


@pytest.mark.parametrize(
    ("case", "stage", "in_flight"),
    [
        ("slow_map", "Map", ["Map"]),
        ("slow_map_of_examples", "MapAndBatch", ["MapAndBatch"]),
        ("slow_first_map", "Map", []),
        ("slow_source", "Generator", []),  # the call of MapAndBatch under way explains 1 % of the wait
        ("slow_filter", "Filter", []),
    ],
)
def test_the_stage_that_was_made_slow_is_named(tmp_path: Path, case: str, stage: str, in_flight: list[str]) -> None:
    trace = load_planted(case, tmp_path)
    assert trace.verdict is not None
    assert (trace.verdict.bound, trace.verdict.of) == ("highly input-bound", STEPS)
    assert trace.pipelines[0].slowest.name == stage
    assert trace.pipelines[0].slowest.share_ps > 0.5 * trace.pipelines[0].wait_ps
    assert list_starts(trace) == [f"A call of {called} was under way" for called in in_flight]


@pytest.mark.parametrize("steps_per_execution", [1, 4])
def test_keras_fit_with_our_marks_is_blamed_alike(tmp_path: Path, steps_per_execution: int) -> None:
    """In fit a thread of its own fetches the batch, and only arguments of events tell for which step."""
    trace = load_planted(f"fit_by_{steps_per_execution}", tmp_path)
    assert trace.verdict is not None
    assert (trace.verdict.bound, trace.verdict.of) == ("highly input-bound", STEPS)
    assert trace.verdict.input_share > 0.5
    assert trace.pipelines[0].slowest.name == "Map"
    assert trace.remarks == ()


def test_without_prefetch_a_slow_step_and_a_slow_map_take_turns(tmp_path: Path) -> None:
    trace = load_planted("without_prefetch", tmp_path)
    assert trace.verdict is not None
    assert trace.verdict.is_input_bound
    assert trace.pipelines[0].chain == "Map > BatchV2 > TensorSlice"
    assert trace.pipelines[0].slowest.name == "Map"
    assert [remark.partition(":")[0] for remark in trace.remarks] == ["The pipeline does not end with prefetch"]
    ahead = load_planted("with_prefetch", tmp_path)
    assert ahead.verdict is not None
    assert ahead.verdict.input_share < trace.verdict.input_share
    assert ahead.remarks == ()


def test_a_slow_model_is_not_input_bound(tmp_path: Path) -> None:
    trace = load_planted("slow_model", tmp_path)
    assert trace.verdict is not None
    assert trace.verdict.bound == "not input-bound"
    assert trace.split is not None
    assert trace.split.host > 0.5
    assert [operation.kind for operation in trace.operations[:1]] == ["PyFunc"]


def test_steps_that_do_not_hold_the_fetch_leave_the_verdict_to_the_capture(tmp_path: Path) -> None:
    trace = load_planted("fetched_outside", tmp_path)
    assert trace.verdict is not None
    assert (trace.verdict.bound, trace.verdict.of) == ("highly input-bound", CAPTURE)
    assert trace.pipelines[0].slowest.name == "Map"
    assert list_starts(trace) == ["The input is fetched outside the marked steps", "A call of Map was under way"]


def test_a_trace_without_marks_still_names_the_slow_stage(tmp_path: Path) -> None:
    trace = load_planted("unmarked", tmp_path)
    assert trace.verdict is not None
    assert (trace.verdict.bound, trace.verdict.of) == ("highly input-bound", CAPTURE)
    assert (trace.steps, trace.pipelines[0].slowest.name) == ((), "Map")
    assert list_starts(trace) == [
        'No event marks a step, so there are no steps to tell ("No step marker observed" in TensorBoard)',
        "A call of Map was under way",
    ]


@pytest.mark.parametrize("name", PLANTED)
def test_the_same_program_captured_now_gives_a_trace_of_the_same_form(name: str, tmp_path: Path) -> None:
    PLANTED[name](tmp_path / "now", 0.0)
    now, stored = load_trace(tmp_path / "now"), load_planted(name, tmp_path)
    assert tell_form(now) == tell_form(stored)


def tell_form(trace: Trace) -> tuple[object, ...]:
    """What does not depend on how long anything took."""
    (pipeline,) = trace.pipelines
    return pipeline.chain, trace.num_marks, [step.name for step in trace.steps]


@pytest.fixture(scope="module")
def stock_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of Keras' own TensorBoard callback."""
    folder = tmp_path_factory.mktemp("stock")
    model = keras.Sequential([keras.layers.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    callback = keras.callbacks.TensorBoard(str(folder), profile_batch=(10, 20), write_graph=False)
    model.fit(fast_map().repeat(), steps_per_epoch=30, verbose=0, shuffle=False, callbacks=[callback])
    return folder


def test_the_stock_callbacks_trace_gets_its_steps_and_the_reason_for_the_empty_tab(stock_logs: Path) -> None:
    trace = load_trace(stock_logs)
    assert len(trace.steps) >= 8
    assert all(step.name.startswith("Profiled batch") for step in trace.steps)
    assert trace.verdict is not None
    assert trace.verdict.of == STEPS
    (remark,) = trace.remarks
    assert 'calls Trace("Profiled batch", step_num=batch) without _r=1' in remark
    assert 'mnist_core.profiling.ProfileSteps("logs", "START:STOP")' in remark


def test_the_command_reads_it_without_tensorflow_and_leaves_the_folder_as_it_was(stock_logs: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in stock_logs.rglob("*")}
    script = (
        "import sys; from reports.commands import cli; sys.argv = ['mnist-report', 'trace', sys.argv[1]]\n"
        "try:\n    cli.main()\nexcept SystemExit as end:\n"
        "    sys.exit(end.code or 3 * bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, str(stock_logs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ))
    assert (done.returncode, done.stderr) == (0, "")
    assert "without _r=1" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in stock_logs.rglob("*")} == before
