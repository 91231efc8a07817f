"""CSV and JSON, read again by the libraries that people read them with."""

import csv
import io
import json
from dataclasses import replace

import pytest
from case_records import change
from records import DATETIME, FAST, FED, LIVE, MEBIBYTE, POST, make_case, make_record, make_summary

from reports.formats.comma_separated import render_csv, render_csv_of_turns
from reports.formats.flat_json import render_flat_json
from reports.formats.results import ExportError
from reports.record.machine import Setting
from reports.record.record import CaseRecord, Record
from reports.record.sample import Mixing
from reports.summary.summary import summarize


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def hold(live_bytes: float) -> CaseRecord:
    """The case with a number that no reading has, past the check of its type."""
    memory = replace(LIVE.memory)
    object.__setattr__(memory, "live_bytes", live_bytes)
    return replace(LIVE, memory=memory)


def test_the_whole_row_of_a_case() -> None:
    (row,) = read(render_csv(make_summary(POST, LIVE)))
    empty = [name for name, cell in row.items() if cell == ""]
    assert {name: cell for name, cell in row.items() if cell != ""} == {
        "id": "post-default-cpu",
        "name": "post",
        "ordering": "shuffle(60000).map().prefetch(320).batch(32).repeat()",
        "consumer": "drain",
        "arm": "default",
        "device": "cpu",
        "group": "orderings",
        "runs_as": "BatchV2 > Map > TensorSlice",
        "num_turns": "6",
        "num_contaminated_turns": "0",
        "ratio_to_post": "1.0",
        "ratio_to_post_low": "1.0",
        "ratio_to_post_high": "1.0",
        "examples_per_s": "10000.0",
        "examples_per_s_low": "9090.90909090909",
        "examples_per_s_high": "11111.111111111111",
        "s_per_example": "0.0001",
        "s_per_example_low": "8.999999999999999e-05",
        "s_per_example_high": "0.00011",
        "first_batch_s": "0.01",
        "first_batch_s_low": "0.009",
        "first_batch_s_high": "0.011",
        "cpu_s_per_example": "5e-05",
        "cpu_s_per_example_low": "4.4999999999999996e-05",
        "cpu_s_per_example_high": "5.5e-05",
        "live_bytes": "51380224",
        "predicted_bytes": "52428800",
        "peak_bytes": "62914560",
        "datetime": DATETIME,
        "cpu": "Test CPU",
        "num_cores": "2",
        "system": "Linux",
        "data_name": "mnist.npz",
        "data_sha256": "0123456789abcdef" * 4,
        "python_version": "3.11.7",
        "tensorflow_version": "2.21.0",
    }
    assert {"choices", "busy_share", "busy_share_low", "accuracy", "gpu_peak_bytes"} <= set(empty)


def test_every_row_has_every_column_whatever_its_case_has() -> None:
    rows = read(render_csv(make_summary()))
    assert [row["id"] for row in rows] == [
        *("post-default-cpu", "fast-default-cpu", "fast-raw-cpu", "post-emulated-2ms-default-cpu"),
    ]
    assert all(None not in row and None not in row.values() for row in rows)
    assert [row["live_bytes"] for row in rows] == [str(49 * MEBIBYTE), "", "", ""]


def test_a_row_for_each_turn_has_the_counted_nanoseconds() -> None:
    mixed = replace(POST.turns[0].sample, mixing=Mixing(0.25, 0.5), contaminated=True)
    case = replace(POST, turns=(replace(POST.turns[0], round=7, sample=mixed), *POST.turns[1:]))
    first, *others = read(render_csv_of_turns(make_record(case, LIVE, FED)))
    assert (first["id"], first["round"], first["wall_ns"]) == ("post-default-cpu", "7", "100000000")
    assert (first["first_batch_ns"], first["cpu_ns"], first["num_examples"]) == ("10000000", "50000000", "1000")
    assert (first["displacement"], first["label_runs"], first["contaminated"]) == ("0.25", "0.5", "True")
    assert (first["busy_ns"], others[-1]["busy_ns"]) == ("", "90000000")
    assert len(others) == 5 + 6, "the memory case has no turns"


def test_a_record_without_turns_has_no_rows_of_turns() -> None:
    with pytest.raises(ExportError, match="the record has no turns: nothing in it was timed"):
        render_csv_of_turns(make_record(LIVE))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("render", [render_csv, render_csv_of_turns])
def test_no_text_is_a_formula(start: str, render) -> None:
    evil = f'{start}HYPERLINK("http://x","y")'
    setting = Setting(evil, "ab", ((evil, evil),))
    record = make_record(make_case(evil, [100] * 6, evil, setting=setting, choices=((evil, evil),), consumer=evil))
    rows = list(
        csv.reader(io.StringIO(render(record if render is render_csv_of_turns else summarize(record)), newline=""))
    )
    cells = [cell for row in rows for cell in row]
    assert cells.count(f"'{evil}") >= 4
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_numbers_are_left_as_they_are_and_text_within_is_quoted() -> None:
    odd = 'a "quoted", text\nof two lines'
    (row,) = read(render_csv(make_summary(make_case(odd, [100] * 6), change(LIVE, name=odd))))
    assert row["name"] == odd
    (row,) = read(render_csv(make_summary(hold(-3))))
    assert row["live_bytes"] == "-3", "a number below zero is no formula"


def test_json_has_the_rows_of_the_csv_file_with_their_types() -> None:
    summary = make_summary()
    document = json.loads(render_flat_json(summary))
    assert (document["schema"], document["confidence"]) == ("mnist-bench/show/1", 0.95)
    rows = read(render_csv(summary))
    assert [list(result) for result in document["results"]] == [list(row) for row in rows]
    texts = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in document["results"]]
    assert texts == rows
    first = document["results"][0]
    assert (first["num_turns"], first["examples_per_s"], first["busy_share"]) == (6, 10_000.0, None)


def test_json_of_two_devices_keeps_them_apart() -> None:
    gpu = change(FAST, device="gpu")
    results = json.loads(render_flat_json(make_summary(POST, FAST, gpu)))["results"]
    assert [(row["id"], row["ratio_to_post"] is None) for row in results][1:] == [
        ("fast-default-cpu", False),
        ("fast-default-gpu", True),
    ]


def test_a_number_that_json_does_not_know_is_not_written() -> None:
    endless = hold(float("nan"))
    text = render_flat_json(summarize(Record((endless,), make_record().machine, DATETIME)))
    assert "NaN" not in text
    assert json.loads(text)["results"][0]["live_bytes"] is None
