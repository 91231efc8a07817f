"""github-action-benchmark and Bencher: each file read by the rules of its consumer's own reader."""

import json
import math
import re
from dataclasses import replace
from typing import Any

import pytest
from case_records import change
from records import FAST, LIVE, MEBIBYTE, POST, RAW, make_case, make_memory_case, make_summary

from reports.formats.bencher import LONGEST_NAME_BYTES, render_bencher
from reports.formats.github_benchmark import render_github_benchmark
from reports.formats.results import ExportError
from reports.record.memory import Memory

NOTHING = replace(LIVE, memory=Memory(50 * MEBIBYTE, None, None, None, None))  # as on a platform without a source
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_as_the_action(text: str) -> list[dict[str, Any]]:
    """As extract.ts of v1.22 reads it (all coerced), and as write.ts compares it, by name."""
    entries = json.loads(text, parse_constant=pytest.fail)
    assert isinstance(entries, list)
    assert entries, "No benchmark result was found"
    for entry in entries:
        assert {"name", "value", "unit"} <= entry.keys() <= {"name", "value", "unit", "range", "extra"}
        assert all(isinstance(value, str) for name, value in entry.items() if name != "value")
        assert isinstance(entry["value"], (int, float))
        assert math.isfinite(entry["value"])
        assert entry.get("range") != "", "an empty range is shown as ()"
    names = [entry["name"] for entry in entries]
    assert len(set(names)) == len(names), "the first of two equal names is compared with both"
    return entries


def read_as_bencher(text: str) -> dict[str, dict[str, dict[str, float]]]:
    """As bencher_valid and JsonNewMetric read it: lengths in bytes, slugs, and no other field."""
    benchmarks = json.loads(text, parse_constant=pytest.fail)
    assert benchmarks
    for name, metrics in benchmarks.items():
        assert 0 < len(name.encode()) <= 1024
        assert not name.endswith(("_bencher_ignore", "BencherIgnore", "-bencher-ignore")), "it would be silenced"
        assert metrics
        for measure, metric in metrics.items():
            assert len(measure) <= 64
            assert SLUG.fullmatch(measure)
            assert metric.keys() in ({"value"}, {"value", "lower_value", "upper_value"})
            assert all(type(value) is float for value in metric.values())
            assert metric.get("lower_value", -math.inf) <= metric["value"] <= metric.get("upper_value", math.inf)
    return benchmarks


def test_the_action_reads_an_entry_for_each_chart_of_each_case() -> None:
    entries = read_as_the_action(render_github_benchmark(make_summary()))
    assert [(entry["name"], entry["value"], entry["unit"], entry.get("range")) for entry in entries] == [
        ("post-default-cpu: time per example", 100, "us", "[90, 110]"),
        ("post-default-cpu: first batch", 10, "ms", "[9, 11]"),
        ("post-default-cpu: live memory", 49, "MiB", None),
        ("fast-default-cpu: time per example", 50, "us", "[45, 55]"),
        ("fast-default-cpu: first batch", 5, "ms", "[4.5, 5.5]"),
        ("fast-raw-cpu: time per example", 50, "us", "[45, 55]"),
        ("fast-raw-cpu: first batch", 5, "ms", "[4.5, 5.5]"),
        ("post-emulated-2ms-default-cpu: time per example", 171.875, "us", "[171.875, 171.875]"),
        ("post-emulated-2ms-default-cpu: first batch", 10, "ms", "[10, 10]"),
    ]


def test_the_action_shows_what_was_measured_and_where() -> None:
    entries = read_as_the_action(render_github_benchmark(make_summary(POST, LIVE)))
    assert entries[0]["extra"].splitlines() == [
        "shuffle(60000).map().prefetch(320).batch(32).repeat()",
        "median of 6 turns, 95% interval",
        "Test CPU, 2 cores, Linux, 2026-11-23T08:58",
        "Python 3.11.7, TensorFlow 2.21.0",
        "digits: mnist.npz (sha256 0123456789ab)",
    ]
    assert entries[2]["extra"].splitlines()[1] == "one reading"


def test_a_slower_case_has_the_larger_value() -> None:
    entries = read_as_the_action(render_github_benchmark(make_summary(POST, FAST)))
    values = {entry["name"]: entry["value"] for entry in entries}
    assert values["post-default-cpu: time per example"] > values["fast-default-cpu: time per example"]


def test_the_unit_is_the_same_however_large_the_value() -> None:
    slow = make_case("slow", [900_000] * 6)
    entries = read_as_the_action(render_github_benchmark(make_summary(slow)))
    assert [(entry["value"], entry["unit"]) for entry in entries] == [(900_000, "us"), (90_000, "ms")]


def test_values_have_six_digits() -> None:
    (entry, *_) = read_as_the_action(render_github_benchmark(make_summary(make_case("odd", [1, 1, 2, 2, 2, 3]))))
    assert (entry["value"], entry["range"]) == (2, "[1, 3]")
    third = replace(POST.turns[0].sample, num_examples=3)
    odd = replace(POST, turns=tuple(replace(turn, sample=third) for turn in POST.turns))
    (entry, *_) = read_as_the_action(render_github_benchmark(make_summary(odd)))
    assert (entry["value"], entry["range"]) == (33333.3, "[33333.3, 33333.3]")


def test_an_interval_of_too_few_turns_is_left_out() -> None:
    few = make_summary(make_case("post", [100] * 5))
    assert "range" not in read_as_the_action(render_github_benchmark(few))[0]
    assert read_as_bencher(render_bencher(few))["post-default-cpu"]["throughput"] == {"value": 10_000.0}


def test_bencher_reads_each_measure_of_each_case() -> None:
    benchmarks = read_as_bencher(render_bencher(make_summary()))
    assert list(benchmarks) == [
        *("post-default-cpu", "fast-default-cpu", "fast-raw-cpu", "post-emulated-2ms-default-cpu"),
    ]
    post = benchmarks["post-default-cpu"]
    assert list(post) == ["throughput", "first-batch-s", "cpu-s-per-example", "live-bytes"]
    assert post["throughput"] == pytest.approx({"value": 10_000, "lower_value": 1e6 / 110, "upper_value": 1e6 / 90})
    assert post["first-batch-s"] == pytest.approx({"value": 0.01, "lower_value": 0.009, "upper_value": 0.011})
    assert post["live-bytes"] == {"value": 49.0 * MEBIBYTE}
    assert benchmarks["post-emulated-2ms-default-cpu"]["busy-share"]["value"] == pytest.approx(0.9)


def test_a_benchmark_without_metrics_is_left_out() -> None:
    assert list(read_as_bencher(render_bencher(make_summary(NOTHING, RAW)))) == ["fast-raw-cpu"]


@pytest.mark.parametrize("render", [render_github_benchmark, render_bencher])
def test_a_record_with_nothing_for_it_is_refused(render) -> None:
    with pytest.raises(ExportError, match="the record has nothing") as caught:
        render(make_summary(NOTHING))
    assert "live" in str(caught.value)


@pytest.mark.parametrize("letter", ["x", "é"])
def test_bencher_takes_names_up_to_1024_bytes(letter: str) -> None:
    room = LONGEST_NAME_BYTES - len("-default-cpu")
    name = letter * (room // len(letter.encode()))
    assert len(next(iter(read_as_bencher(render_bencher(make_summary(make_memory_case(name, 1))))))) > 500
    with pytest.raises(ExportError, match="Bencher takes names of up to 1024 bytes; .{40}... has 102[56]") as caught:
        render_bencher(make_summary(make_memory_case(name + letter, 1)))
    assert len(str(caught.value)) < 120


def test_devices_are_never_mixed() -> None:
    summary = make_summary(FAST, change(FAST, device="gpu"))
    assert list(read_as_bencher(render_bencher(summary))) == ["fast-default-cpu", "fast-default-gpu"]
    names = [entry["name"] for entry in read_as_the_action(render_github_benchmark(summary))]
    assert [name for name in names if "gpu" in name] == [
        "fast-default-gpu: time per example",
        "fast-default-gpu: first batch",
    ]
