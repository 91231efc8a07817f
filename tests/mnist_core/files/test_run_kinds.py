"""What is said of a run of the other kind."""

from pathlib import Path

import pytest

from mnist_core.files.run_kinds import explain_record, explain_training
from mnist_core.language.errors import InputError
from mnist_core.models.classifier import load_classifier
from reports.record.errors import RecordError
from reports.record.file import load_record


@pytest.mark.parametrize("name", ["best.keras", "best.h5", "result.json", "state.json"])
def test_a_training_run_is_called_one_and_its_commands_are_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("{}")
    words = (
        "is a training run, which has no turns: mnist-core evaluate, mnist-report trace and mnist-report tensorboard "
        "read it."
    )
    assert explain_training(tmp_path) == f"{tmp_path} {words}"
    assert explain_training(tmp_path / name) == f"{tmp_path / name} {words}"
    assert explain_record(tmp_path) is None
    with pytest.raises(RecordError, match=words):
        load_record(tmp_path)


def test_a_run_of_the_bench_is_called_one_where_a_model_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text("{}")
    words = "is a run of the bench, which has no model: mnist-report show reads it, mnist-core train makes one."
    assert explain_record(tmp_path) == f"{tmp_path} {words}"
    assert explain_training(tmp_path) is None
    for path in (tmp_path, tmp_path / "record.json"):
        with pytest.raises(InputError, match=words):
            load_classifier(path)


def test_other_folders_and_files_are_neither(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    for path in (tmp_path, tmp_path / "other.json", tmp_path / "nowhere"):
        assert (explain_record(path), explain_training(path)) == (None, None)
    with pytest.raises(RecordError, match=r"holds no record\.json: give a run of the bench, or its file\.$"):
        load_record(tmp_path)


def test_a_folder_that_is_both_is_read_as_what_is_wanted(tmp_path: Path) -> None:
    for name in ("record.json", "best.keras"):
        (tmp_path / name).write_text('{"benchmarks": []}')
    with pytest.raises(RecordError, match=r"record\.json cannot be read: it holds no benchmark\.$"):
        load_record(tmp_path)
