"""A trace read back: with marks of every kind, without any, without xprof, cut short."""

from pathlib import Path

import pytest
from made_traces import MILLISECOND, draw, save
from spaces import Made, make_slow_map, make_space

from mnist_core.files.xspace import TraceError
from reports.traces.reading import load_trace
from reports.traces.tables import tabulate_trace
from reports.traces.trace import Trace
from reports.traces.verdict import CAPTURE, STEPS, InputVerdict
from reports.xplane.xprof import Step, Tables, XprofError


def remarks_of(tmp_path: Path, threads: dict[str, list[Made]]) -> tuple[Trace, list[str]]:
    trace = load_trace(save(tmp_path, make_space(threads)))
    return trace, [remark for remark in trace.remarks if not remark.startswith("The pipeline does not end")]


@pytest.mark.process
def test_a_marked_trace_needs_no_remark_and_xprof_leaves_out_the_cut_steps(tmp_path: Path) -> None:
    trace, remarks = remarks_of(tmp_path, make_slow_map(12))
    assert (len(trace.steps), trace.num_marks, remarks) == (10, 12, [])
    assert [(each.kind, each.self_ns // MILLISECOND) for each in trace.operations] == [("PyFunc", 84), ("MatMul", 21)]
    assert trace.steps[0] == Step("train 1", 10_000_000, 8_100_000, 1_850_000, 0, 0, 50_000)
    assert trace.verdict == InputVerdict(0.81, STEPS, "highly input-bound")


@pytest.mark.process
def test_stock_keras_marks_are_read_all_the_same(tmp_path: Path) -> None:
    marked, _ = remarks_of(tmp_path, make_slow_map(12, mark="Profiled batch"))
    trace, (remark,) = remarks_of(tmp_path, make_slow_map(12, mark="Profiled batch", level=None))
    assert trace.steps == marked.steps
    assert 'Keras\' TensorBoard callback calls Trace("Profiled batch", step_num=batch) without _r=1' in remark
    assert "capture again with mnist-core train --profile START:STOP, the callback in mnist_core.profiling" in remark


@pytest.mark.process
def test_other_weak_marks_do_not_blame_keras(tmp_path: Path) -> None:
    trace, (remark,) = remarks_of(tmp_path, make_slow_map(12, level=None))
    assert len(trace.steps) == 10
    assert "its marks lack _r=1" in remark
    assert "Keras" not in remark


@pytest.mark.process
def test_no_marks_leave_stages_and_a_verdict_of_the_capture(tmp_path: Path) -> None:
    trace, (remark,) = remarks_of(tmp_path, make_slow_map(12, number=None))
    assert (trace.steps, trace.step_ms, trace.mean_step_ms, trace.split) == ((), None, None, None)
    assert trace.verdict == InputVerdict(pytest.approx(0.805), CAPTURE, "highly input-bound")
    assert remark.startswith('No event has a step number, so there are no steps to tell ("No step marker observed"')
    assert "80 % of the captured time is waiting for input" in draw(tabulate_trace(trace, top=0))


def test_without_xprof_the_stages_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> Tables:
        raise XprofError("it gave up")

    monkeypatch.setattr("reports.traces.reading.read_tables", fail)
    trace = load_trace(save(tmp_path, make_space(make_slow_map())))
    assert trace.remarks == ("Steps and operations are missing: xprof could not read the trace, it gave up.",)
    assert trace.pipelines[0].slowest.name == "Map"


def test_a_cut_file_and_a_foreign_one_are_told_apart_from_a_trace(tmp_path: Path) -> None:
    whole = make_space(make_slow_map()).SerializeToString()
    for content, reason in (
        (whole[: len(whole) // 2], "is cut short or no profiler trace"),
        (b"PK\x03\x04 a zip", "is cut short or no profiler trace"),
        (b"\x1a\x03abc", "is no profiler trace"),
        (make_space({}, plane="/device:GPU:0").SerializeToString(), "holds no event of the host"),
    ):
        path = tmp_path / "file.xplane.pb"
        path.write_bytes(content)
        with pytest.raises(TraceError, match=reason) as raised:
            load_trace(path)
        assert str(raised.value).startswith(str(path))
        assert "\n" not in str(raised.value)
