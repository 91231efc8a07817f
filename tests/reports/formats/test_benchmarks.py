"""Exports of other projects' files: what they say, in every format, and nothing that they do not."""

import csv
import io
import json
from pathlib import Path

import pytest
from foreign import (
    ASV,
    FORMULA,
    LONG,
    PARAMETERS,
    UNITTEST,
    make_benchmark,
    make_file,
    make_odd_file,
    make_statistics,
    write_file,
)

from reports.formats.bencher import render_bencher
from reports.formats.comma_separated import render_csv, render_csv_of_rounds
from reports.formats.export import TEXTS, write_export
from reports.formats.flat_json import render_flat_json
from reports.formats.github_benchmark import render_github_benchmark
from reports.formats.hparams import build_log_folder
from reports.formats.results import ExportError
from reports.summary.files import load_run, load_summary
from reports.summary.summary import Summary


@pytest.fixture
def load(tmp_path: Path):
    def load(*benchmarks, **choices) -> Summary:
        return load_summary(write_file(tmp_path / "a.json", make_file(*benchmarks, **choices)))

    return load


@pytest.fixture
def odd(tmp_path: Path) -> Summary:
    return load_summary(write_file(tmp_path / "odd.json", make_odd_file()))


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_has_numbers_and_no_column_that_the_file_does_not_fill(load) -> None:
    (row,) = json.loads(render_flat_json(load(make_benchmark(UNITTEST))))["results"]
    assert row == {
        "id": UNITTEST,
        "num_rounds": 6,
        "is_rough": False,
        "s_per_round": pytest.approx(0.001),
        "s_per_round_low": pytest.approx(0.00098),
        "s_per_round_high": pytest.approx(0.00102),
        "mean_s": pytest.approx(0.001),
        "datetime": "2026-11-25T10:00:00+00:00",
        "cpu": "Test CPU",
        "num_cores": 4,
        "architecture": "x86_64",
        "system": "Linux",
        "python_version": "CPython 3.12.1",
        "pytest-benchmark_version": "5.3.1",
        "commit": "0123456789ab",
    }


def test_parameters_of_every_type_have_columns_of_their_own(load) -> None:
    first, second = json.loads(
        render_flat_json(load(make_benchmark(ASV, params=PARAMETERS, group="keys"), make_benchmark(UNITTEST)))
    )["results"]
    assert (first["group"], second["group"]) == ("keys", None)
    assert list(first) == list(second)
    assert {name: value for name, value in first.items() if name.startswith("param:")} == {
        "param:n": "1000",
        "param:ratio": "0.5",
        "param:fast": "True",
        "param:none": "None",
        "param:many": "[1, 'a']",
        "param:by": "{'k': [2]}",
        "param:name": "zoë",
    }
    assert second["param:n"] is None


def test_csv_has_a_row_a_benchmark_and_no_formula(odd: Summary) -> None:
    rows = read(render_csv(odd))
    assert len(rows) == 7
    assert [row["id"] for row in rows][4] == f"'{FORMULA}"
    assert [row["is_rough"] for row in rows] == ["False"] * 5 + ["True", "False"]


def test_turns_are_rounds_and_those_that_are_not_stored_are_none(load) -> None:
    rows = read(render_csv_of_rounds(load(make_benchmark("a", (1.0, 2.0)), make_statistics("b"))))
    assert [(row["id"], row["round"], float(row["s_per_round"])) for row in rows] == [
        ("a", "0", 0.001),
        ("a", "1", 0.002),
    ]
    with pytest.raises(ExportError, match=r"the file has no rounds: .* --benchmark-save-data\."):
        render_csv_of_rounds(load(make_statistics("b")))


def test_the_action_gets_a_time_in_microseconds_under_the_full_name(load) -> None:
    first, second = json.loads(render_github_benchmark(load(make_benchmark("a"), make_statistics("b", (3.0,) * 9))))
    assert first == {
        "name": "a",
        "unit": "us",
        "value": 1000.0,
        "range": "[980, 1020]",
        "extra": "median of 6 rounds, 95% interval\nTest CPU, 4 cores, x86_64, Linux, 2026-11-25T10:00\n"
        "CPython 3.12.1, pytest-benchmark 5.3.1, commit 0123456789ab",
    }
    assert second["extra"].startswith("median of 9 rounds, rough 95% interval\n")


def test_bencher_gets_its_own_latency_in_nanoseconds(load) -> None:
    assert json.loads(render_bencher(load(make_benchmark("a"), make_benchmark("b", (1.0,))))) == {
        "a": {
            "latency": {
                "value": pytest.approx(1e6),
                "lower_value": pytest.approx(0.98e6),
                "upper_value": pytest.approx(1.02e6),
            }
        },
        "b": {"latency": {"value": pytest.approx(1e6)}},
    }


def test_a_name_that_bencher_does_not_take_is_said(odd: Summary) -> None:
    with pytest.raises(ExportError, match=r"names of up to 1024 bytes; .* has 3031\."):
        render_bencher(odd)


def test_hparams_has_a_trial_a_benchmark_and_parameters_without_gaps(odd: Summary, tmp_path: Path) -> None:
    folder = build_log_folder(odd)
    assert len(folder) == 1 + 7
    assert max(map(len, folder)) < 255
    experiment = next(iter(folder.values()))
    assert all(f"{name}".encode() in experiment for name in (*PARAMETERS, "group", "benchmark", "s_per_round"))
    assert b"tf.data" not in experiment
    write_export(odd, "hparams", tmp_path / "logs", turns=False)
    assert len(list((tmp_path / "logs").iterdir())) == len(folder)


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "bencher"])
def test_every_format_takes_what_is_met_in_the_field(name: str, odd: Summary) -> None:
    text = TEXTS[name](odd)
    assert UNITTEST in text or UNITTEST.rpartition("::")[2] in text
    assert "NaN" not in text
    assert "Infinity" not in text


def test_markdown_lets_no_name_become_markup(odd: Summary) -> None:
    text = TEXTS["markdown"](odd)
    assert "<script>" not in text
    assert "@everyone" not in text.replace("&#64;everyone", "")
    assert LONG[:80] in text


def test_a_file_of_ours_stays_a_record(tmp_path: Path) -> None:
    from compared import make_case, write_own  # noqa: PLC0415

    assert not isinstance(load_run(write_own(tmp_path / "ours.json", make_case("post"))), Summary)
