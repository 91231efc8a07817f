"""Pipelines of every kind that people write, measured for real: what arrives is counted, whatever its structure."""

import json
import shlex
from pathlib import Path

import pytest
from command_lines import run_apart
from pipeline_files import FOLDER

from reports.record.file import load_record
from reports.record.record import CaseRecord

pytestmark = pytest.mark.process

VARIES = None  # from batch to batch
KINDS: dict[str, tuple[int, float | None]] = {
    "feather_folder.py:feathers": (600, 64 * 64 * 3 * 4 + 8),
    "ledger_csv.py:ledger": (20_000, 9 * 4),
    "good.py:tidy": (4000, 28 * 28 * 4 + 8),
    "good.py:shrinking": (4000, 4 * 4),
    "image_folder.py:make": (12, 16 * 16 * 3 * 4 + 4),
    "csv_table.py:make": (80, 4 + 4 + len("word0") + 4),
    "sentences.py:make": (60, VARIES),
    "sentences.py:make_buckets": (60, VARIES),
    "sentences.py:make_ragged": (60, VARIES),
    "generated.py:make": (50, 4 * 4 + 4),
    "generated.py:Loader.make": (30, 6 * 8),
    "branches.py:make_pairs": (40, 8 + 4),
    "branches.py:make_blend": (50, 8),
    "windows.py:make": (28, 6 * 4),
    "module_level.py:train_ds": (12, VARIES),
    "catalog.py:make": (32, VARIES),
}
"""What ends: the examples of an epoch, and the bytes of one."""
ENDLESS = {"shard_stream.py:shard_stream": (64, 28 * 28 * 4 + 8)}
"""What does not: the examples of a batch, and the bytes of one."""
PROGRAM = "keras_main.py --bs 5"
PROGRAMS = Path(__file__).parents[1] / "props" / "programs"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CaseRecord]:
    """By its text, the record of every kind, and of a program; all are measured together."""
    folder = tmp_path_factory.mktemp("kinds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASE_DATA", str(tmp_path_factory.getbasetemp() / "pipelines"))
        patch.chdir(FOLDER)
        texts = shlex.join([*KINDS, *ENDLESS])
        program = shlex.quote(f"{PROGRAMS}/{PROGRAM}")
        line = f"mnist-bench run {texts} --run {program} --budget 1 --no-memory --no-stages --no-mixing --out {folder}"
        _, errors, code = run_apart(line)
    assert code == 0, errors
    return {tell(case): case for case in load_record(folder).cases}


def tell(case: CaseRecord) -> str:
    select = dict(case.case.subject.options).get("select")
    return case.case.subject.text + (f"[{select}]" if select else "")


@pytest.mark.parametrize(("text", "expected"), KINDS.items())
@pytest.mark.long
def test_every_example_and_its_bytes_are_counted(
    text: str, expected: tuple[int, float | None], measured: dict[str, CaseRecord]
) -> None:
    case, (num_examples, num_bytes) = measured[text], expected
    assert case.warm_up is not None
    assert case.warm_up.num_examples == num_examples
    assert {turn.sample.num_examples for turn in case.turns} == {num_examples}
    assert len(case.turns) == 6
    assert case.extent is not None
    assert not case.extent.is_cut
    assert case.extent.example_bytes is not None
    assert num_bytes is VARIES or case.extent.example_bytes == num_bytes
    assert case.program is not None
    assert case.program.chain


@pytest.mark.parametrize(("text", "expected"), ENDLESS.items())
@pytest.mark.long
def test_what_has_no_end_is_cut_and_counted(
    text: str, expected: tuple[int, float], measured: dict[str, CaseRecord]
) -> None:
    case, (batch_size, num_bytes) = measured[text], expected
    assert case.extent is not None
    assert (case.extent.is_cut, case.extent.is_endless, case.extent.example_bytes) == (True, True, num_bytes)
    assert {turn.sample.num_examples for turn in case.turns} == {batch_size * case.extent.num_batches}


@pytest.mark.long
def test_a_programs_dataset_is_measured_beside_them(measured: dict[str, CaseRecord]) -> None:
    (case,) = [case for text, case in measured.items() if text.endswith(PROGRAM)]
    assert (case.name, case.case.subject.kind) == ("keras_main", "run")
    assert {turn.sample.num_examples for turn in case.turns} == {12}


@pytest.mark.parametrize(
    ("given", "stages"),
    [
        ("branches.py:make_pairs", {"Zip", "Shuffle"}),
        ("sentences.py:make_ragged", {"Filter", "TextLine"}),
        (f"--run {shlex.quote(f'{PROGRAMS}/{PROGRAM}')}", {"BatchV2"}),
    ],
)
def test_others_are_traced(
    given: str, stages: set[str], tmp_path: Path, pipeline_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FOLDER)
    output, errors, code = run_apart(f"mnist-bench trace {given} --json --out {tmp_path}")
    assert code == 0, errors
    told = json.loads(output)
    assert told["steps_are"] == "marks"
    seen = {stage["name"].partition("(")[0] for pipeline in told["pipelines"] for stage in pipeline["stages"]}
    assert stages <= seen
