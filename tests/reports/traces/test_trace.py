"""A trace's meaning and its text: thresholds, reasons, literal tables, JSON, two traces side by side."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from spaces import PYTHON, Made, make_slow_map, make_space

from mnist_core.files.xspace import TraceError
from reports.traces.comparison import pair_operations, pair_parts, pair_stages
from reports.traces.comparison_tables import render_comparison
from reports.traces.json import render_comparison_json, render_json
from reports.traces.reading import analyze, load_trace
from reports.traces.tables import render_ms, render_share, render_trace
from reports.traces.trace import Trace
from reports.traces.verdict import CAPTURE, STEPS, InputVerdict
from reports.xplane import xprof as xprof_tables
from reports.xplane.events import read_events
from reports.xplane.sessions import Session
from reports.xplane.xprof import Operation, Step, Tables, XprofError, read_tables

MILLISECOND = 1_000_000  # nanoseconds
SESSION = Session("post/2026_11_23", Path("post.xplane.pb"))
OPERATION = Operation("dense/MatMul", "MatMul", "host", 12, 24 * MILLISECOND)


def make_step(input_ms: float, total_ms: float = 10.0, **parts: float) -> Step:
    rest = total_ms - input_ms - sum(parts.values())
    whole = {"input_ns": input_ms, "host_ns": rest, "device_ns": 0.0, "launch_ns": 0.0, "other_ns": 0.0, **parts}
    return Step(
        "train 1", round(total_ms * MILLISECOND), **{name: round(ms * MILLISECOND) for name, ms in whole.items()}
    )


def make_trace(steps: list[Step], threads: dict[str, list[Made]] | None = None) -> Trace:
    events = read_events(make_space(threads or make_slow_map()))
    return analyze(SESSION, 123_456, events, Tables(tuple(steps), (OPERATION,)))


def save(folder: Path, space: Any, name: str = "vm") -> Path:
    path = folder / f"{name}.xplane.pb"
    path.write_bytes(space.SerializeToString())
    return path


def draw(content: Any, columns: int = 100) -> str:
    console = Console(file=io.StringIO(), width=columns, color_system=None)
    console.print(content)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("input_ms", "bound"),
    [
        (0.01, "not input-bound"),
        (0.49, "not input-bound"),
        (0.50, "moderately input-bound"),
        (1.99, "moderately input-bound"),
        (2.00, "highly input-bound"),
        (10.0, "highly input-bound"),
    ],
)
def test_the_thresholds_are_five_and_twenty_percent(input_ms: float, bound: str) -> None:
    verdict = make_trace([make_step(input_ms)] * 3).verdict
    assert verdict == InputVerdict(input_ms / 10, STEPS, bound)
    assert verdict.is_input_bound == (bound != "not input-bound")


def test_a_wait_in_few_steps_counts_as_much_as_one_spread_over_all() -> None:
    trace = make_trace([make_step(0.0)] * 9 + [make_step(90.0, total_ms=100.0)])
    assert trace.verdict == InputVerdict(90 / 190, STEPS, "highly input-bound")


def test_the_text_of_an_input_bound_trace() -> None:
    lines = draw(render_trace(make_trace([make_step(8.1)] * 10), top=5)).splitlines()
    assert [line.rstrip() for line in lines] == [
        " post/2026_11_23: 120 ms captured, 0.1 MB",
        "",
        " highly input-bound: 81 % of the step time is waiting for input",
        " without that wait a step would take 1.9 ms instead of 10.0 ms, at best",
        " slowest stage: Map, 93 % of that wait: it waited for its function",
        " meanwhile tf.data's threads ran PyFunc 84.0 ms",
        " to do: run it in parallel (num_parallel_calls=tf.data.AUTOTUNE), or call the function on whole",
        " batches (batch before map), make it cheaper, or cache() its result",
        " PyFunc runs Python code, which does not run in parallel: use TensorFlow's operations",
        "",
        "step time, ms",
        "",
        "                                       mean  share %",
        " ───────────────────────────────────────────────────",
        "  waiting for input                    8.10       81",
        "  host compute                         1.90       19",
        "  device compute                       0.00        0",
        "  kernel launch                        0.00        0",
        "  other: Python, compilation, output   0.00        0",
        "  a step                              10.00      100",
        "",
        " 10 steps: median 10.00 [10.00, 10.00], from 10.00 to 10.00; TensorBoard shows the mean, 10.0",
        "",
        "tf.data",
        "",
        "  stage                     wait %  wait ms  own ms  calls  parallel  buffer  batch",
        " ──────────────────────────────────────────────────────────────────────────────────",
        "    Root                         1     0.60    0.60     12",
        "     Prefetch                    0     0.00    0.00     12            auto 2",
        "  *   Map                       93     90.0    90.0     12",
        "       BatchV2                   6     6.00    6.00     12                       32",
        "",
        " runs as Prefetch(auto) > Map > BatchV2",
        "",
        "operations, the longest 1 of 1",
        "",
        "  name                      type    on    own ms  calls",
        " ──────────────────────────────────────────────────────",
        "  dense/MatMul              MatMul  host    24.0     12",
        "",
        " wait: the consumer's, and the stage in which it went (* the slowest); own: called, its inputs not",
        " auto: AUTOTUNE chose the number; ?: too busy to tell; these tables are of the whole capture",
        " []: 95% interval of the median. The profiler slows a run: take no rates from it",
        " input-bound: moderately from 5% of the time on, highly from 20%, as in TensorBoard",
    ]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("host_ns", "most of a step, 90 %, is host compute"),
        ("device_ns", "most of a step, 90 %, is device compute"),
        ("launch_ns", "most of a step, 90 %, is kernel launch"),
        ("other_ns", "most of a step, 90 %, is other: Python, compilation, output"),
    ],
)
def test_what_is_not_input_bound_says_what_takes_the_time(part: str, said: str) -> None:
    step = replace(make_step(0.1), host_ns=0, other_ns=round(0.9 * MILLISECOND))
    text = draw(render_trace(make_trace([replace(step, **{part: 9 * MILLISECOND})] * 6), top=0))
    assert "not input-bound: 1 % of the step time is waiting for input" in text
    assert said in text
    assert "to do:" not in text


def test_a_stage_whose_work_was_not_traced_has_no_line_of_work() -> None:
    lines = draw(render_trace(make_trace([make_step(1.0)] * 6, {PYTHON: [Made("Iterator::Root", 0, 9)]}), top=0))
    assert "waited for the thread pool and the options" in lines
    assert "meanwhile" not in lines
    assert [line.strip() for line in lines.splitlines()[:6]].count("") == 1


def test_few_steps_have_no_interval() -> None:
    assert "3 steps: median 10 (too few)" in draw(render_trace(make_trace([make_step(8.1)] * 3), top=0))


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
    assert "80 % of the captured time is waiting for input" in draw(render_trace(trace, top=0))


def test_a_trace_without_tf_data_says_so() -> None:
    threads = {PYTHON: [Made("train", number * 100, 90, {"step_num": number, "_r": 1}) for number in range(4)]}
    trace = make_trace([make_step(0.0)] * 6, threads)
    assert [remark.partition(":")[0] for remark in trace.remarks] == ["No tf.data iterator ran in this capture"]
    assert "tf.data, pipeline" not in draw(render_trace(trace, top=5))
    assert make_trace([], threads).verdict is None
    assert "no verdict: neither steps nor tf.data" in draw(render_trace(make_trace([], threads), top=5))


@pytest.mark.parametrize(
    ("gap_us", "wait_us", "outside"),
    [
        (400, 400, False),  # 4 % of the time is too little to matter
        (600, 600, True),
        (600, 1100, True),  # more than half of the wait
        (600, 1300, False),  # less than half
        (8000, 8000, True),
    ],
)
def test_input_between_the_marks_leaves_the_verdict_to_the_capture(gap_us: int, wait_us: int, outside: bool) -> None:
    threads: dict[str, list[Made]] = {PYTHON: []}
    for number in range(10):
        start = number * 10_000
        threads[PYTHON] += [
            Made("Iterator::Root", start, wait_us),
            Made("train", start + gap_us, 10_000 - gap_us, {"step_num": number, "_r": 1}),
        ]
    trace = make_trace([make_step(0.001)] * 6, threads)
    assert any("fetched outside the marked steps" in remark for remark in trace.remarks) == outside
    assert trace.verdict is not None
    expected = (CAPTURE, wait_us / 10_000) if outside else (STEPS, 0.0001)
    assert (trace.verdict.of, trace.verdict.input_share) == expected


def test_without_xprof_the_stages_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> Tables:
        raise XprofError("it gave up")

    monkeypatch.setattr("reports.traces.reading.read_tables", fail)
    trace = load_trace(save(tmp_path, make_space(make_slow_map())))
    assert trace.remarks == ("Steps and operations are missing: xprof could not read the trace, it gave up.",)
    assert trace.pipelines[0].slowest.name == "Map"


def replace_xprof(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let `script` run in the place of the process that asks xprof."""
    room = folder / "reports" / "xplane"
    room.mkdir(parents=True)
    (room.parent / "__init__.py").touch()
    (room / "__init__.py").touch()
    (room / "xprof_process.py").write_text(script)
    monkeypatch.setattr(xprof_tables, "ROOT", folder)


@pytest.mark.process
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import os; os.abort()", "it gave up"),
        ("import nowhere", "it gave up"),
        ("raise ModuleNotFoundError(\"No module named 'xprof'\")", "it is not installed: pip install xprof"),
        ("pass", "it gave no answer"),
        ("while True: pass", "it took longer than 0.5 s"),
    ],
)
def test_what_happens_to_xprof_is_told_in_a_few_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    replace_xprof(tmp_path, monkeypatch, script)
    monkeypatch.setattr(xprof_tables, "LIMIT_S", 0.5 if "while" in script else 60)
    with pytest.raises(XprofError, match=reason):
        read_tables(b"")


@pytest.mark.process
@pytest.mark.parametrize(
    "table", ["[]", "{}", "null", "[[" * 5000, '[{"cols": [{"id": "stepnum"}], "rows": [{"c": 5}]}]']
)
def test_tables_of_another_xprof_are_one_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    script = "import sys, pathlib\nfor tool in ('input_pipeline_analyzer', 'framework_op_stats'):\n"
    replace_xprof(tmp_path, monkeypatch, f"{script}    pathlib.Path(sys.argv[1], tool + '.json').write_text({table!r})")
    with pytest.raises(XprofError, match="other columns|no answer"):
        read_tables(b"")


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


@pytest.mark.process
def test_hostile_names_reach_neither_terminal_nor_markup(tmp_path: Path) -> None:
    threads = make_slow_map()
    threads["tf_Compute/3"] = [Made("\x1b[2J[red]evil:Type", 0, 50_000)]
    threads[PYTHON].append(Made("Iterator::Root::Pre\x1bfetch", 0, 10, {"id": 8, "parent_id": 1}))
    text = draw(render_trace(load_trace(save(tmp_path, make_space(threads))), top=5))
    assert "\x1b" not in text
    assert "Pre?fetch" in text


def test_a_wide_trace_fits_100_columns() -> None:
    path = "Iterator::Root" + "".join(f"::ParallelInterleaveV4[{number}]" for number in range(20))
    names = ["::".join(path.split("::")[:depth]) for depth in range(2, 22)]
    threads = {PYTHON: [Made(name, 0, 99_999_999, {"parallelism": 16, "buffer_size": 60_000}) for name in names]}
    trace = replace(
        make_trace([make_step(9000.0, 9999.0)] * 9, threads), operations=(replace(OPERATION, name="a/b" * 99),)
    )
    for content in (render_trace(trace, 9), render_comparison(trace, trace, 9)):
        assert max(len(line) for line in draw(content).splitlines()) <= 100


def test_json_has_every_number_and_a_version() -> None:
    found = json.loads(render_json(make_trace([make_step(8.1)] * 10)))
    assert found["mnist_bench_trace"] == 1
    assert found["verdict"] == {"input_share": 0.81, "of": "steps", "bound": "highly input-bound"}
    assert found["slowest_stage"]["name"] == "Map"
    assert found["slowest_stage"]["share_ns"] == 90 * MILLISECOND
    assert found["pipelines"][0]["chain"] == "Prefetch(auto) > Map > BatchV2"
    assert found["pipelines"][0]["stages"][1]["settings"] == [{"name": "buffer", "value": 2, "tuned": True}]
    assert found["step_ms"] == {"median": 10.0, "low": 10.0, "high": 10.0, "count": 10}
    assert found["operations"][0] == {"name": "dense/MatMul", "kind": "MatMul", "place": "host", "num_calls": 12,
                                      "self_ns": 24 * MILLISECOND}  # fmt: skip


FASTER = {
    PYTHON: [event for number in range(6) for event in (
        Made("train", number * 3000, 3000, {"step_num": number, "_r": 1}),
        Made("Iterator::Root", number * 3000, 600),
        Made("Iterator::Root::MapAndBatch", number * 3000, 600),
    )]
}  # fmt: skip


def test_two_traces_differ_by_what_each_step_gained_and_lost() -> None:
    slow, fast = make_trace([make_step(8.1)] * 10), make_trace([make_step(0.6, 3.0)] * 6, FASTER)
    fast = replace(fast, operations=(replace(OPERATION, self_ns=6 * MILLISECOND),))
    assert [(pair.name, round(pair.gain_ms, 3)) for pair in pair_parts(slow, fast)] == [
        ("waiting for input", -7.5), ("host compute", 0.5), ("device compute", 0), ("kernel launch", 0),
        ("other: Python, compilation, output", 0), ("a step", -7.0),
    ]  # fmt: skip
    assert [(pair.name, pair.first_ms, pair.second_ms) for pair in pair_stages(slow, fast)] == [
        ("Root", pytest.approx(0.05), 0.0), ("Prefetch", 0.0, None), ("Map", 7.5, None), ("BatchV2", 0.5, None),
        ("MapAndBatch", None, pytest.approx(0.6)),
    ]  # fmt: skip
    (operation,) = pair_operations(slow, fast)
    assert (operation.name, operation.kind, operation.first_ms, operation.second_ms) == (
        "dense/MatMul",
        "MatMul",
        2.0,
        1.0,
    )


def test_the_text_of_two_traces() -> None:
    slow, fast = make_trace([make_step(8.1)] * 10), make_trace([make_step(0.6, 3.0)] * 6, FASTER)
    lines = draw(render_comparison(slow, fast, top=3)).splitlines()
    rows = {line.split("  ")[1].strip(): line.split()[-3:] for line in lines if line.startswith("  ")}
    assert rows["waiting for input"] == ["8.10", "0.60", "-7.50"]
    assert rows["host compute"] == ["1.90", "2.40", "+0.50"]
    assert rows["device compute"] == ["0.00", "0.00", "0.00"]
    assert rows["Map"] == ["7.50", "-", "-7.50"]
    assert rows["MapAndBatch"] == ["-", "0.60", "+0.60"]
    assert rows["dense/MatMul"] == ["2.00", "4.00", "+2.00"]
    text = "\n".join(lines)
    assert " A runs as Prefetch(auto) > Map > BatchV2" in text
    assert " B runs as MapAndBatch" in text
    assert " -: not there. A step: of 12 in A and 6 in B, all that were captured" in text


def test_a_trace_beside_itself_differs_in_nothing() -> None:
    trace = make_trace([make_step(8.1)] * 10)
    found = json.loads(render_comparison_json(trace, trace))
    for part in ("parts", "stages", "operations"):
        assert found[part]
        assert {pair["gain_ms"] for pair in found[part]} == {0.0}
    assert "both run as Prefetch(auto) > Map > BatchV2" in draw(render_comparison(trace, trace, 3))


def test_traces_without_steps_are_still_compared_by_stage() -> None:
    trace = make_trace([], make_slow_map(12, number=None))
    text = draw(render_comparison(trace, trace, top=3))
    assert "step time, mean ms" not in text
    assert "no steps" in text
    assert pair_stages(trace, trace)[2].first_ms == 7.5


@pytest.mark.parametrize(("value", "text"), [(0.004, "0.00"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123")])
def test_milliseconds_have_three_digits_at_most(value: float, text: str) -> None:
    assert render_ms(value) == text


@pytest.mark.parametrize(("share", "text"), [(0.0, "0"), (0.004, "<1"), (0.005, "0"), (0.006, "1"), (1.0, "100")])
def test_a_small_share_is_not_nothing(share: float, text: str) -> None:
    assert render_share(share) == text


@pytest.mark.parametrize(
    ("wait_us", "counted_ms", "overlooked"),
    [
        (499, 0.0, False),  # too little to matter
        (500, 0.0, True),
        (8000, 0.0, True),
        (8000, 0.1, False),  # xprof sees it, and says how much of it holds up the steps
    ],
)
def test_a_wait_that_xprof_does_not_link_to_its_step_is_not_taken_for_none(
    wait_us: int, counted_ms: float, overlooked: bool
) -> None:
    threads: dict[str, list[Made]] = {PYTHON: [], "tf_data_iterator_get_next/1": []}
    for number in range(10):
        threads[PYTHON].append(Made("train", number * 10_000, 10_000, {"step_num": number, "_r": 1}))
        threads["tf_data_iterator_get_next/1"].append(Made("Iterator::Root", number * 10_000, wait_us))
    trace = make_trace([make_step(counted_ms)] * 6, threads)
    assert any("nothing links a fetch to its step" in remark for remark in trace.remarks) == overlooked
    assert trace.verdict is not None
    expected = (CAPTURE, wait_us / 100_000 * 10) if overlooked else (STEPS, counted_ms / 10)
    assert trace.verdict.of == expected[0]
    assert trace.verdict.input_share == pytest.approx(expected[1])
