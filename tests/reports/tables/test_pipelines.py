"""Tables of a person's pipelines: literal text, whole epochs and parts of them, one pipeline and several."""

import dataclasses

from case_records import make_case_record
from pipeline_records import AFTER, BEFORE, CUT, MILLISECOND, make_pipeline, make_read, make_summary

from reports.drawing.text import render_text
from reports.formats.comma_separated import render_csv
from reports.record.capture import Capture
from reports.record.case import PIPELINE, Case, Subject
from reports.record.machine import Setting
from reports.record.record import CaseRecord
from reports.record.sample import Sample, Turn
from reports.summary.fields import HELD
from reports.tables.all_tables import tabulate_run


def draw(*cases: CaseRecord) -> list[str]:
    return [line.rstrip() for line in render_text(tabulate_run(make_summary(*cases)), 100).splitlines()]


def row(lines: list[str], name: str) -> list[str]:
    return next(line.split() for line in lines if line.startswith(f"  {name} "))


def test_the_whole_text() -> None:
    fed = [make_pipeline(name, [1100] * 6, consumer="emulated", step_ms=2.0) for name in ("before", "after")]
    assert draw(BEFORE, AFTER, *fed) == [
        " after is 2.000 [1.990, 2.010] times as fast as before",
        "",
        "  pipeline                examples/s  MB/s       ratio to before  epoch 1   later   first",
        " ────────────────────────────────────────────────────────────────────────────────────────",
        "  before          1.00k [990, 1.01k]     1                     -    2.0 s   1.0 s  100 ms",
        "  after         2.00k [1.98k, 2.02k]     2  2.000 [1.990, 2.010]    1.0 s  500 ms   50 ms",
        "",
        " epoch 1: once, in a fresh process, batch by batch; later: the median of the epochs that follow",
        " first: the wait for the first batch of those",
        " ratio: above 1 is faster than before, turn against turn of the same round",
        " go by the ratio: examples/s drift with the machine, out of their intervals",
        "",
        "feeding an accelerator with a step of 2 ms",
        "",
        "  pipeline                examples/s         AU %",
        " ────────────────────────────────────────────────",
        "  before        909.1 [909.1, 909.1]  51 [51, 51]",
        "  after         909.1 [909.1, 909.1]  51 [51, 51]",
        "",
        " before  data.py:before",
        "         runs as Prefetch(1) > BatchV2 > TensorSlice",
        " after   data.py:after",
        "         runs as Prefetch(1) > BatchV2 > TensorSlice",
        "",
        " 6 turns each after a warm-up, in random order; median [95% interval]",
        " 0 of 24 turns contaminated: others used more than a tenth of the machine",
        " 1000 examples a turn",
        " Test CPU, 2 cores, Linux, 2026-11-27T21:08",
        " Python 3.11.7, TensorFlow 2.21.0",
        " data: each pipeline's own; that they give the same examples was not checked",
    ]


def test_a_model_of_ones_own_has_a_table_with_its_step_its_waits_and_its_utilisation() -> None:
    trained = [make_pipeline(name, [1100] * 6, consumer="model", model="m.py:build") for name in ("before", "after")]
    lines = draw(BEFORE, AFTER, *trained)
    begin = lines.index("training m.py:build on the cpu, every step waited for")
    assert lines[begin + 2 : begin + 8] == [
        "  pipeline                examples/s  a step      waits %         AU %",
        " ─────────────────────────────────────────────────────────────────────",
        "  before        909.1 [909.1, 909.1]   50 ms  49 [49, 49]  51 [51, 51]",
        "  after         909.1 [909.1, 909.1]   50 ms  49 [49, 49]  51 [51, 51]",
        "",
        " AU: share of the time after the first batch in which it computes; waits: the rest",
    ]


def test_one_pipeline_has_no_ratio() -> None:
    alone = dataclasses.replace(BEFORE, case=dataclasses.replace(BEFORE.case, subject=_unreferred(BEFORE)))
    lines = draw(alone)
    assert lines[0] == " before: 1.00k [990, 1.01k] examples/s"
    assert not any("ratio" in line for line in lines)
    assert " data: the pipeline's own" in lines


def test_of_several_that_are_compared_with_none_the_fastest_and_the_slowest_are_told() -> None:
    made = [make_pipeline(name, [wall_ms] * 6) for name, wall_ms in (("one", 200), ("two", 100), ("three", 400))]
    apart = [dataclasses.replace(each, case=dataclasses.replace(each.case, subject=_unreferred(each))) for each in made]
    assert draw(*apart)[:3] == [
        " the fastest of 3: two: 10.00k [10.00k, 10.00k] examples/s",
        " the slowest of 3: three: 2.500k [2.500k, 2.500k] examples/s",
        "",
    ]


def _unreferred(case: CaseRecord):
    return dataclasses.replace(case.case.subject, reference=None)


def test_of_a_part_of_an_epoch_the_rate_is_of_the_time_after_the_first_batch() -> None:
    lines = draw(make_pipeline("before", [1000] * 6, CUT), make_pipeline("after", [550] * 6, CUT))
    assert row(lines, "before")[1:3] == ["1.000k", "[1.000k,"]  # 900 examples in 0.9 s
    assert row(lines, "after")[1:3] == ["1.818k", "[1.818k,"]  # 900 examples in 0.495 s
    assert row(lines, "before")[-5:] == ["no", "end", "-", "100", "ms"]
    assert " a turn of before, after is its first 10 batches: it has no end, or an epoch takes too long" in lines


def test_a_long_epoch_that_was_cut_is_told_as_longer() -> None:
    lines = draw(make_pipeline("before", [1000] * 6, dataclasses.replace(CUT, is_endless=False)))
    assert "> 2.0 s" in next(line for line in lines if "> " in line)


def test_two_that_cannot_be_told_apart_are_told_so() -> None:
    lines = draw(BEFORE, make_pipeline("after", [1002, 998, 1000, 1003, 999, 1001]))
    assert lines[0].startswith(" after and before cannot be told apart: ratio 0.99")


def test_an_ordering_of_ours_beside_them_tells_its_digits() -> None:
    sample = Sample(1000 * MILLISECOND, 1, 100 * MILLISECOND, 60000)
    digits = Setting("mnist.npz", "0123456789abcdef" * 4, BEFORE.setting.versions)
    turns = tuple(Turn(number, sample) for number in range(6))
    ours = make_case_record("post", "batch(32)", digits, turns, sample, group="pipelines")
    lines = draw(BEFORE, ours)
    assert " digits: mnist.npz (sha256 0123456789ab)" in lines
    assert " data: each pipeline's own; that they give the same examples was not checked" in lines
    assert row(lines, "post")[1] == "60.00k"


def test_the_column_of_the_ratio_bears_the_name_of_its_reference() -> None:
    names = render_csv(make_summary(BEFORE, AFTER)).splitlines()[0].split(",")
    assert [name for name in names if name.startswith("ratio")] == [
        "ratio_to_before",
        "ratio_to_before_low",
        "ratio_to_before_high",
    ]


def test_memory_has_a_table_and_a_leak_a_line_at_the_top() -> None:
    lines = draw(BEFORE, AFTER, make_read("before", 1.0), make_read("after", 0.0, gpu_peak_bytes=1))
    assert lines[:2] == [
        " after is 2.000 [1.990, 2.010] times as fast as before",
        " before leaks: its live heap grows by 1.000 [1.000, 1.000] MB an epoch",
    ]
    begin = lines.index("memory")
    assert lines[begin + 2 : begin + 10] == [
        "  pipeline      live MiB  peak MiB                      heap                  resident",
        " ─────────────────────────────────────────────────────────────────────────────────────",
        "  before             2.0       3.0  +1.000 [1.000, 1.000] MB  +1.000 [1.000, 1.000] MB",
        "  after              2.0       3.0                      flat                      flat",
        "",
        " live: on the heap beyond the source, when all is full; peak: resident, beyond what the process had",
        " before",
        " heap, resident: what an epoch leaves behind when its iterator is gone; flat: not surely 0.1 MB",
    ]


def test_memory_of_a_part_of_an_epoch_and_of_the_allocator_alone_is_explained() -> None:
    read = make_read("before", 0.0)
    assert read.memory is not None
    epochs = tuple(
        dataclasses.replace(each, resident_bytes=place * 10**6) for place, each in enumerate(read.memory.epochs)
    )
    memory = dataclasses.replace(read.memory, epochs=epochs, extent=CUT, predicted_bytes=2**20)
    lines = draw(BEFORE, dataclasses.replace(read, memory=memory))
    assert row(lines[lines.index("memory") :], "before") == [
        *("before", "2.0", "(1.0)", "3.0", "flat", "+1.000", "[1.000,", "1.000]", "MB")
    ]
    assert " before: only resident memory grows; the heap does not, and so the pipeline holds no more" in lines
    assert " for before an epoch is its first 10 batches there" in lines
    assert not any("leaks" in line for line in lines)


def test_arms_and_a_python_loop_are_named_beside_the_pipeline() -> None:
    raw = [make_pipeline(name, walls, arm="raw") for name, walls in (("before", [1000] * 6), ("after", [250] * 6))]
    loop = make_pipeline("after", [2000] * 6, consumer="python")
    lines = draw(BEFORE, AFTER, *raw, loop)
    assert lines[1] == " after (raw) is 4.000 [4.000, 4.000] times as fast as before (raw)"
    names = [line[2:23].strip() for line in lines[5:10]]
    assert names == ["before", "after", "before (raw)", "after (raw)", "after (Python loop)"]


def test_what_was_only_read_or_traced_has_tables_of_its_own() -> None:
    capture = Capture("traces/make", 2000, 2, (2_000_000, 2_100_000, 1_900_000), 0.5, "Map", (1, 1), (1, 1))
    case = Case(Subject(PIPELINE, "make", "data.py:make"), "observed", step_ms=2.0)
    lines = draw(CaseRecord(case, BEFORE.setting, 1, None, (), capture=capture, group="traces"))
    assert lines[:11] == [
        " make  data.py:make",
        "",
        "profiler traces of steps that take a batch each",
        "",
        "  pipeline        step ms  wait %  waits for  kB/step",
        " ────────────────────────────────────────────────────",
        "  make      2.0 (too few)      50  Map              1",
        "",
        " step, wait: in the trace, and how much of it waits for input; from 5% on: for which stage",
        " more: mnist-report trace RUN/traces/make",
        " in the browser: mnist-report tensorboard RUN",
    ]
    read = draw(make_read("before", 0))
    assert row(read, "before")[:2] == ["before", "2.0"]
    assert " before  data.py:before" in read


def test_what_was_measured_in_the_process_that_asked_is_marked_and_has_no_ratio() -> None:
    held = dataclasses.replace(make_pipeline("held", [100] * 6), group=HELD)
    lines = draw(BEFORE, AFTER, held)
    assert " held: measured in the process that asked: not fresh, no turns with others, memory not told apart" in lines
    assert any(line.startswith(" epoch 1: once, in a fresh process, batch") for line in lines)
    assert [row(lines, name)[5] for name in ("before", "after", "held")] == ["-", "2.000", "-"]
    alone = dataclasses.replace(held, case=dataclasses.replace(held.case, subject=_unreferred(held)))
    assert any(line.startswith(" epoch 1: once, in that process, batch") for line in draw(alone))


def under(case: CaseRecord, tensorflow: str, walls_ms: list[int]) -> CaseRecord:
    """The same pipeline under an interpreter that has this TensorFlow; its ratio is to itself under 2.18.1."""
    made = make_pipeline(f"{case.name}, TensorFlow {tensorflow}", walls_ms)
    setting = Setting("own", "ab" * 32, (("python", "3.12.1"), ("tensorflow", tensorflow)))
    reference, python = f"{case.name}, TensorFlow 2.18.1", f"/venvs/{tensorflow}/bin/python"
    subject = dataclasses.replace(made.case.subject, text=case.ordering, reference=reference, python=python)
    return dataclasses.replace(made, setting=setting, case=dataclasses.replace(made.case, subject=subject))


OLD = [under(case, "2.18.1", [1000] * 6) for case in (BEFORE, AFTER)]
NEW = [under(BEFORE, "2.20.0", [500] * 6), under(AFTER, "2.20.0", [1000] * 6)]


def test_each_pipeline_is_compared_with_itself_under_the_first_interpreter() -> None:
    lines = draw(OLD[0], NEW[0], OLD[1], NEW[1])
    assert lines[:2] == [
        " before, TensorFlow 2.20.0 is 2.000 [2.000, 2.000] times as fast as before, TensorFlow 2.18.1",
        " after, TensorFlow 2.20.0 and after, TensorFlow 2.18.1 cannot be told apart: ratio 1.000 [1.000,",
    ]
    titles = next(line.split() for line in lines if "examples/s" in line)
    assert titles == ["pipeline", "examples/s", "MB/s", "ratio", "epoch", "1", "later", "first"]
    slower = "the same pipeline in the first interpreter"
    assert f" ratio: above 1 is faster than {slower}, turn against turn of the" in lines
    assert lines[-3:] == [
        " /venvs/2.18.1/bin/python: Python 3.12.1, TensorFlow 2.18.1",
        " /venvs/2.20.0/bin/python: Python 3.12.1, TensorFlow 2.20.0",
        " data: each pipeline's own; that they give the same examples was not checked",
    ]


def test_versions_of_several_interpreters_are_all_told() -> None:
    summary = make_summary(OLD[0], NEW[0])
    assert summary.versions == (("python", "3.12.1"), ("tensorflow", "2.18.1 and 2.20.0"))
    assert summary.references == ("before, TensorFlow 2.18.1",)
    header, *rows = (line.split(",") for line in render_csv(make_summary(*OLD, *NEW)).splitlines())
    assert [name for name in header if name.startswith("ratio")] == ["ratio", "ratio_low", "ratio_high"]
    assert len(rows) == 4
