"""TensorBoard's HParams tab: every case is a trial there with its metrics, read by TensorBoard's own backend."""

import json
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from case_records import change
from records import FAST, FED, LIVE, MEBIBYTE, POST, make_case, make_memory_case, make_record, make_summary
from tensorboard.compat.proto.event_pb2 import Event

from reports.formats.event_file import EVENT_FILE
from reports.formats.export import write_export
from reports.formats.hparams import build_log_folder, name_folder
from reports.record.record import Record

ROOT = Path(__file__).parents[3]
READER = ROOT / "tests/props/tensorboard_reader.py"
NUM_AXES = 5  # TensorBoard shows so many metrics at first, and hides a trial that lacks one of them


def read(record: Record, folder: Path) -> dict[str, Any]:
    """What TensorBoard shows of the exported record."""
    write_export(record, "hparams", folder / "logs", turns=False)
    done = subprocess.run([sys.executable, str(READER), str(folder / "logs")], capture_output=True, check=True)
    return json.loads(done.stdout)


def read_events(content: bytes) -> list[Event]:
    events = []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        events.append(Event.FromString(content[12 : 12 + length]))
        content = content[12 + length + 4 :]
    return events


def name_metrics(found: dict[str, Any]) -> list[str]:
    return [info["name"]["tag"] for info in found["experiment"]["metricInfos"]]


def list_metrics(group: dict[str, Any]) -> dict[str, float]:
    return {metric["name"]["tag"]: metric.get("value", 0.0) for metric in group["metricValues"]}


@pytest.mark.process
def test_every_case_is_a_trial_with_its_metrics(tmp_path: Path) -> None:
    found = read(make_record(), tmp_path)
    groups = {group["name"]: group for group in found["groups"]["sessionGroups"]}
    assert found["groups"]["totalSize"] == 4
    assert groups.keys() == {
        *("post-default-cpu", "fast-default-cpu", "fast-raw-cpu", "post-emulated-2ms-default-cpu"),
    }
    assert list_metrics(groups["post-default-cpu"]) == pytest.approx(
        {
            "examples_per_s": 10_000,
            "s_per_example": 100e-6,
            "first_batch_s": 0.01,
            "cpu_s_per_example": 50e-6,
            "live_bytes": 49 * MEBIBYTE,
            "predicted_bytes": 50 * MEBIBYTE,
            "peak_bytes": 60 * MEBIBYTE,
            "ratio_to_post": 1,
            "num_turns": 6,
            "num_contaminated_turns": 0,
        }
    )
    assert list_metrics(groups["fast-default-cpu"])["ratio_to_post"] == pytest.approx(2)
    assert list_metrics(groups["post-emulated-2ms-default-cpu"])["busy_share"] == pytest.approx(0.9)
    assert {session["status"] for group in groups.values() for session in group["sessions"]} == {"STATUS_SUCCESS"}
    assert found["tensorflow"] is False


@pytest.mark.process
def test_every_trial_has_the_same_hyperparameters(tmp_path: Path) -> None:
    cold = change(FAST, name="cold", choices=(("cold", "yes"),))
    found = read(make_record(POST, cold, FED), tmp_path)
    hparams = {group["name"]: group["hparams"] for group in found["groups"]["sessionGroups"]}
    assert hparams["post-default-cpu"] == {
        "arm": "default",
        "batch_size": 32.0,
        "cache_after": "none",
        "case": "post",
        "cold": "default",
        "consumer": "drain",
        "device": "cpu",
        "map_after": "shuffle",
        "prefetch": "320",
        "prefetch_after": "map",
        "repeats": True,
        "shuffle_buffer": 60_000.0,
        "written_as": "shuffle(60000).map().prefetch(320).batch(32).repeat()",
    }
    assert (hparams["cold-cold=yes-default-cpu"]["cold"], hparams["cold-cold=yes-default-cpu"]["repeats"]) == (
        "yes",
        False,
    )
    assert hparams["post-emulated-2ms-default-cpu"]["consumer"] == "emulated-2ms"
    assert len({frozenset(each) for each in hparams.values()}) == 1, "a trial with a gap is hidden"


@pytest.mark.process
def test_what_differs_comes_first_with_its_values(tmp_path: Path) -> None:
    infos = read(make_record(POST, FAST), tmp_path)["experiment"]["hparamInfos"]
    assert [info["name"] for info in infos if info.get("differs")] == [
        *("case", "map_after", "prefetch", "repeats", "written_as"),
    ]
    assert [bool(info.get("differs")) for info in infos] == [True] * 5 + [False] * 7
    by_name = {info["name"]: info for info in infos}
    assert by_name["map_after"]["domainDiscrete"] == ["batch", "shuffle"]
    assert by_name["repeats"]["domainDiscrete"] == [False, True]
    assert by_name["batch_size"]["domainInterval"] == {"minValue": 32.0, "maxValue": 32.0}


@pytest.mark.process
@pytest.mark.parametrize("others", [(LIVE, FED), (FED, make_memory_case("alone", 1)), ()])
def test_the_first_axes_hide_no_timed_trial(others: tuple, tmp_path: Path) -> None:
    found = read(make_record(POST, FAST, *others), tmp_path)
    first = set(name_metrics(found)[:NUM_AXES])
    timed = [list_metrics(group) for group in found["groups"]["sessionGroups"] if list_metrics(group)["num_turns"]]
    assert len(timed) >= 2
    assert all(first <= metrics.keys() for metrics in timed)
    assert name_metrics(found)[0] == "examples_per_s"


@pytest.mark.process
def test_a_run_of_memory_alone_has_trials_too(tmp_path: Path) -> None:
    found = read(make_record(LIVE, make_memory_case("fast", MEBIBYTE)), tmp_path)
    assert name_metrics(found)[:2] == ["live_bytes", "predicted_bytes"]
    assert found["groups"]["totalSize"] == 2


@pytest.mark.process
def test_a_reading_that_one_of_them_lacks_comes_last(tmp_path: Path) -> None:
    found = read(make_record(LIVE, make_memory_case("fast", None)), tmp_path)
    assert name_metrics(found)[-1] == "live_bytes"


@pytest.mark.process
def test_hostile_names_stay_in_the_folder_and_apart(tmp_path: Path) -> None:
    names = ["../../out", "..", "/etc/x", "a/b", "a:b", "x" * 300, "x" * 301, "\0", "é"]
    found = read(make_record(*(make_case(name, [100] * 6) for name in names)), tmp_path)
    assert found["groups"]["totalSize"] == len(names)
    assert [entry.name for entry in tmp_path.iterdir()] == ["logs"]
    assert all(path.parent.parent == tmp_path / "logs" for path in (tmp_path / "logs").glob("*/*"))


def test_a_plain_name_is_the_name_of_the_folder() -> None:
    name = "shuffle(1000).batch(64).map()-emulated-2ms-raw-cpu"
    assert name_folder(name) == name
    assert name_folder("a/b") != name_folder("a:b")
    assert name_folder("..-x").startswith("-x-")


def test_the_same_record_gives_the_same_bytes_of_the_time_of_the_run() -> None:
    files = build_log_folder(make_summary())
    assert files == build_log_folder(make_summary())
    first, *events = read_events(files[f"post-default-cpu/{EVENT_FILE}"])
    assert first.file_version == "brain.Event:2"
    assert {event.wall_time for event in events} == {1795424280.123456}


def test_a_record_without_a_time_is_of_the_year_1970() -> None:
    (event, *_) = read_events(build_log_folder(replace(make_summary(), datetime="yesterday"))[EVENT_FILE])
    assert event.wall_time == 0


@pytest.mark.process
def test_no_tensorflow_is_imported_for_it() -> None:
    script = (
        "import sys; sys.path.insert(0, 'tests/props'); from records import make_summary;"
        "from reports.formats.hparams import build_log_folder; build_log_folder(make_summary());"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
