"""Tables: literal text, what each arm and each consumer shows, and what fits 100 columns."""

from dataclasses import replace
from pathlib import Path

import pytest
from case_records import change, make_case_record

from reports.drawing.text import render_text
from reports.record.file import load_record
from reports.record.machine import Machine, Setting
from reports.record.memory import Memory
from reports.record.program import Program
from reports.record.record import CaseRecord, Record
from reports.record.sample import Sample, Turn
from reports.summary.summary import summarize
from reports.tables.all_tables import tabulate_run

SETTING = Setting("mnist.npz", "0123456789abcdef" * 4, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
MILLISECOND = 1_000_000


def make_case(name: str, milliseconds: list[int], first_ms: int = 250, **choices) -> CaseRecord:
    samples = [Sample(ms * MILLISECOND, 1, first_ms * MILLISECOND, 60000) for ms in milliseconds]
    turns = tuple(Turn(number, sample) for number, sample in enumerate(samples))
    text = f"shuffle({sum(map(ord, name))}).map().batch(32)"
    return make_case_record(name, text, SETTING, turns, samples[0], **choices)


POST = make_case("post", [3000, 3100, 2900, 3050, 2950, 3000], program=Program("BatchV2 > Map > TensorSlice", ()))
FAST = make_case("fast", [400, 410, 390, 405, 395, 400], 40, program=Program("MapAndBatch(auto) > TensorSlice", ()))
CLOSE = make_case("close_second", [405, 420, 395, 410, 400, 404], 1200, program=FAST.program)
CONTROL = change(make_case("control", [400, 412, 392, 404, 396, 402], 40), ordering=FAST.ordering)
MACHINE = Machine("Test CPU", 2, "Linux")
MEBIBYTE = 2**20


def fed(name: str, arm: str, busy_percent: int, consumer: str = "emulated") -> CaseRecord:
    """100 ms to the first batch, then 1 s of which the accelerator computed so many hundredths."""
    sample = Sample(1100 * MILLISECOND, 1, 100 * MILLISECOND, 6400, busy_ns=busy_percent * 10 * MILLISECOND)
    turns = tuple(Turn(number, sample) for number in range(6))
    step_ms = 2.0 if consumer == "emulated" else None
    return make_case(name, [1], consumer=consumer, arm=arm, turns=turns, step_ms=step_ms, group="training")


def remembered(name: str, live_bytes: int | None) -> CaseRecord:
    memory = Memory(50 * MEBIBYTE, live_bytes, None, None, None)
    return change(make_case(name, [1]), consumer="memory", turns=(), warm_up=None, memory=memory, group="memory")


def draw(*cases: CaseRecord, columns: int = 100) -> str:
    record = Record(cases, MACHINE, "2026-11-23T08:58:00.123456+00:00")
    return render_text(tabulate_run(summarize(record)), columns)


def row(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if name in line.split()[:2])


def test_the_whole_text_of_one_arm() -> None:
    lines = draw(POST, FAST, CLOSE, CONTROL).splitlines()
    assert lines[0].strip() == "default arm, cpu"
    assert lines[2].split() == ["ordering", "examples/s", "first", "ratio", "to", "post"]
    assert [line.split() for line in lines[4:7]] == [
        ["*", "fast", "150k", "[146k,", "154k]", "40", "ms", "7.50", "[7.44,", "7.56]"],
        ["~", "close_second", "148k", "[143k,", "152k]", "1.2", "s", "7.39", "[7.34,", "7.44]"],
        ["post", "20.0k", "[19.4k,", "20.7k]", "250", "ms", "1"],
    ]
    assert [line.rstrip() for line in lines[7:]] == [
        "",
        " fast          shuffle(430).map().batch(32)",
        "               runs as MapAndBatch(auto) > TensorSlice",
        " close_second  shuffle(1265).map().batch(32)",
        "               runs as MapAndBatch(auto) > TensorSlice",
        "               same program as fast",
        " post          shuffle(454).map().batch(32)",
        "               runs as BatchV2 > Map > TensorSlice",
        "",
        " * the fastest; ~ not to be told from it; first: to the first batch",
        " ratio: above 1 is faster than post, turn against turn of the same round",
        " go by the ratio: examples/s drift with the machine, out of their intervals",
        " A/A control: fast measured twice, ratio 0.9963 [0.9949, 1.002]: do not believe smaller differences",
        " 6 turns each after a warm-up, in random order; median [95% interval]",
        " 0 of 24 turns contaminated: others used more than a tenth of the machine",
        " 60000 examples a turn",
        " Test CPU, 2 cores, Linux, 2026-11-23T08:58",
        " Python 3.11.7, TensorFlow 2.21.0",
        " digits: mnist.npz (sha256 0123456789ab)",
    ]


def test_each_arm_has_its_own_table_and_its_own_reference() -> None:
    raw = [change(POST, arm="raw"), change(make_case("fast", [1500] * 6), arm="raw")]
    text = draw(POST, FAST, *raw)
    default, raw_text = text.split("raw arm, cpu")
    assert row(default, "fast")[-3:] == ["7.50", "[7.44,", "7.56]"]
    assert row(raw_text, "fast")[-3:] == ["2.00", "[1.93,", "2.07]"]
    assert "runs as" not in raw_text, "the raw arm runs as written"


def test_busy_share_and_memory_stand_in_the_row_of_their_ordering_and_arm() -> None:
    raw = change(POST, arm="raw")
    text = draw(
        *(POST, FAST, raw, fed("post", "default", 62), fed("post", "raw", 50), fed("fast", "default", 95)),
        *(remembered("post", 49 * MEBIBYTE), remembered("fast", None)),
    )
    default, raw_text = text.split("raw arm, cpu")
    assert row(default, "post")[-6:] == ["1", "62", "[62,", "62]", "49.0", "(50.0)"]
    assert "n/a (50.0)" in default
    assert "n/a: this platform does not tell the live heap" in text
    assert "50 [50, 50]" in raw_text
    assert "kept 90% busy with a 2 ms step by: fast (default)" in text
    assert "AU: the share of time that an accelerator with a 2 ms step would compute" in text
    assert "MiB: live heap beyond the source" in text


@pytest.mark.parametrize(("busy", "answer"), [(89, "none for sure"), (90, "fast (default)"), (91, "fast (default)")])
def test_busy_enough_is_ninety_percent_for_sure(busy: int, answer: str) -> None:
    assert f"kept 90% busy with a 2 ms step by: {answer}" in draw(POST, fed("fast", "default", busy))


def test_the_training_step_has_a_table_of_its_own() -> None:
    text = draw(POST, fed("post", "default", 80, "step"), fed("fast", "default", 85, "step"))
    assert "feeding a training step of the mlp" in text
    assert "80 [80, 80]" in text


def test_memory_alone_is_a_table_too() -> None:
    text = draw(remembered("post", 49 * MEBIBYTE))
    assert row(text, "post") == ["post", "49.0", "(50.0)"]
    assert "turns" not in text


def test_too_few_turns_have_no_interval_and_claim_no_overlap() -> None:
    text = draw(make_case("post", [3000] * 5), make_case("fast", [400] * 5))
    assert "150k (too few)" in text
    assert row(text, "post")[0] == "post"
    assert "5 turns each" in text


def test_a_run_without_the_posts_ordering_has_no_ratio() -> None:
    assert row(draw(FAST), "fast") == ["*", "fast", "150k", "[146k,", "154k]", "40", "ms"]


def test_contaminated_turns_are_counted() -> None:
    first, *rest = FAST.turns
    spoiled = replace(FAST, turns=(replace(first, sample=replace(first.sample, contaminated=True)), *rest))
    assert " 1 of 12 turns contaminated" in draw(POST, spoiled)


def test_cases_with_different_numbers_of_turns_are_told() -> None:
    assert "6 to 7 turns each" in draw(POST, make_case("fast", [400] * 7))


@pytest.mark.parametrize("columns", [80, 100])
def test_a_real_record_fits_the_columns(columns: int) -> None:
    record = load_record(Path(__file__).parents[1] / "stored" / "format1.json")
    text = render_text(tabulate_run(summarize(record)), columns)
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= columns


def test_the_widest_row_fits_100_columns_on_one_line() -> None:
    wide = make_case("map_before_shuffle", [1111, 1122, 1133, 1144, 1155, 1166], 999)
    text = draw(POST, wide, fed("map_before_shuffle", "default", 62), remembered("map_before_shuffle", 196 * MEBIBYTE))
    assert row(text, "map_before_shuffle")[-2:] == ["196", "(50.0)"]
    assert "…" not in text
