"""Tables: literal text, the digits that the spread supports, and what fits 100 columns."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from reports.record import CaseRecord, Machine, Record, Sample, Setting, Turn, load_record
from reports.stats import Estimate
from reports.tables import (
    render_estimate,
    render_orderings,
    render_rate,
    render_ratio,
    render_seconds,
    supported_digits,
)

SETTING = Setting("mnist.npz", "0123456789abcdef" * 4, (("python", "3.11.7"), ("tensorflow", "2.21.0")))


def make_case(name: str, milliseconds: list[int], first_ms: int = 250) -> CaseRecord:
    samples = [Sample(ms * 1_000_000, 1, first_ms * 1_000_000, 60000) for ms in milliseconds]
    turns = tuple(Turn(number, sample) for number, sample in enumerate(samples))
    text = f"shuffle({len(name)}).map().batch(32)"
    return CaseRecord(name, text, "drain", "default", "cpu", SETTING, 1, samples[0], turns)


POST = make_case("post", [3000, 3100, 2900, 3050, 2950, 3000])
FAST = make_case("fast", [400, 410, 390, 405, 395, 400], first_ms=40)
CLOSE = make_case("close_second", [405, 420, 395, 410, 400, 404], first_ms=1200)
MACHINE = Machine("Test CPU", 2, "Linux")


def draw(*cases: CaseRecord, columns: int = 100) -> str:
    record = Record(cases, MACHINE, "2026-11-23T08:58:00.123456+00:00")
    console = Console(file=io.StringIO(), width=columns, color_system=None)
    console.print(render_orderings(record))
    return console.file.getvalue()


def test_the_whole_table() -> None:
    rows = """
  *   fast           150k [146k, 154k]         40 ms   7.50 [7.44, 7.56]
  ~   close_second   148k [143k, 152k]         1.2 s   7.39 [7.34, 7.44]
      post           20.0k [19.4k, 20.7k]        250 ms                   1
"""
    lines = draw(POST, FAST, CLOSE).splitlines()
    assert lines[1].split() == ["ordering", "examples/s", "first", "batch", "ratio", "to", "post"]
    assert [line.split() for line in lines[3:6]] == [line.split() for line in rows.splitlines()[1:]]
    assert [line.rstrip() for line in lines[6:]] == [
        "",
        " fast          shuffle(4).map().batch(32)",
        " close_second  shuffle(12).map().batch(32)",
        " post          shuffle(4).map().batch(32)",
        " *  ~          the fastest; not to be told from it, the intervals overlap",
        " ratio         above 1 is faster than post, turn against turn of the same round",
        "",
        "Test CPU, 2 cores, Linux, 2026-11-23T08:58",
        "Python 3.11.7, TensorFlow 2.21.0",
        "60000 examples a turn of mnist.npz (sha256 0123456789ab)",
        "6 turns each after a warm-up, in random order; median [95% interval]",
    ]


def test_too_few_turns_have_no_interval_and_are_not_told_apart() -> None:
    text = draw(make_case("post", [3000] * 5), make_case("fast", [400] * 5))
    assert "150k (too few turns)" in text
    assert text.count("~") == 2, "the post's row and the key"
    assert "5 turns each" in text


def test_a_run_without_the_posts_ordering_has_no_ratio() -> None:
    row = next(line for line in draw(FAST).splitlines() if "fast" in line)
    assert row.split() == ["*", "fast", "150k", "[146k,", "154k]", "40", "ms"]


def test_cases_that_lost_turns_are_told() -> None:
    assert "6 to 7 turns each" in draw(POST, make_case("fast", [400] * 7))


@pytest.mark.parametrize("columns", [80, 100])
def test_a_real_record_fits_the_columns(columns: int) -> None:
    record = load_record(Path(__file__).parent / "format1.json")
    console = Console(file=io.StringIO(), width=columns, color_system=None)
    console.print(render_orderings(record))
    assert "…" not in console.file.getvalue()
    assert max(len(line) for line in console.file.getvalue().splitlines()) <= columns


@pytest.mark.parametrize(
    ("value", "width", "digits"),
    [(100, 100, 2), (100, 11, 2), (100, 10, 3), (100, 1.1, 3), (100, 1, 4), (100, 1e-9, 4), (100, 1e9, 2), (5, 0, 4)],
)
def test_no_more_digits_than_the_spread_supports(value: float, width: float, digits: int) -> None:
    assert supported_digits(value, width) == digits


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 2, "0"),
        (7.77, 2, "7.8"),
        (999.4, 3, "999"),
        (999.6, 3, "1.00k"),
        (19_543, 2, "20k"),
        (19_543, 3, "19.5k"),
        (123_456, 2, "120k"),
        (999_600, 3, "1.00M"),
        (1_234_567, 3, "1.23M"),
    ],
)
def test_rates(value: float, digits: int, text: str) -> None:
    assert render_rate(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.345, "2.3 s"), (1.0, "1.0 s"), (0.9994, "1000 ms"), (0.25, "250 ms"), (0.0046, "4.6 ms"), (4.2e-5, "42 us")],
)
def test_seconds(value: float, text: str) -> None:
    assert render_seconds(value) == text


def test_an_estimate_shows_its_interval_or_says_why_there_is_none() -> None:
    assert render_estimate(Estimate(1.514, 1.49, 1.53, 9), render_ratio) == "1.51 [1.49, 1.53]"
    assert render_estimate(Estimate(1.514, None, None, 5), render_ratio) == "1.5 (too few turns)"
