"""A source of digits that is not there: one line, before TensorFlow is imported and before a process is started."""

import pytest
from command_lines import run_apart

import mnist_core.cli

COMMANDS = (
    "mnist-bench run post --data nope.npz",
    "mnist-bench run mine.py:make --data nope.npz",
    "mnist-bench trace post --data nope.npz",
    "mnist-bench describe post --data nope.npz",
    "mnist-bench gate --base main --data nope.npz",
    "mnist-bench noise --data nope.npz",
    "mnist-bench trials run --out new --data nope.npz",
    "mnist-core train --data nope.npz",
    "mnist-core evaluate runs/mlp --data nope.npz",
)


@pytest.mark.parametrize("line", COMMANDS)
def test_it_is_told_before_anything_is_started(line: str, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    def refuse(**_: object) -> None:
        raise AssertionError("TensorFlow is imported")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").touch()
    monkeypatch.setattr(mnist_core.cli, "import_tensorflow", refuse)
    output, errors, code = run_apart(line)
    assert (output, code) == ("", 2)
    assert " ".join(errors.split()) == (
        "error: The source of the digits must be auto, mnist, synthetic, an .npz file or a folder of IDX files, got "
        "'nope.npz': no such file or folder."
    )


def test_a_wrong_default_does_not_matter_where_nothing_reads_digits(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MNIST_CORE_DATA", "nope.npz")
    assert "nope.npz" in run_apart("mnist-bench trace post")[1]
    assert "nope.npz" not in run_apart("mnist-bench trace mine.py")[1]
