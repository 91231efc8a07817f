"""The formats that a record can be exported to, and their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mnist_core.files.whole_file import write_whole
from mnist_core.files.whole_folder import write_whole_folder
from mnist_core.language.choice import explain_choice
from reports.formats.bencher import render_bencher
from reports.formats.comma_separated import render_csv, render_csv_of_rounds, render_csv_of_turns
from reports.formats.flat_json import render_flat_json
from reports.formats.github_benchmark import render_github_benchmark
from reports.formats.markdown import render_markdown
from reports.formats.names import BENCHER, CSV, FORMATS, GITHUB_BENCHMARK, HPARAMS, JSON, MARKDOWN
from reports.formats.results import ExportError
from reports.record.record import Record
from reports.summary.summary import Summary, summarize

TEXTS: dict[str, Callable[[Summary], str]] = {
    MARKDOWN: render_markdown,
    CSV: render_csv,
    JSON: render_flat_json,
    GITHUB_BENCHMARK: render_github_benchmark,
    BENCHER: render_bencher,
}


def check_request(name: str, target: Path | None, *, turns: bool) -> None:
    """Check what was asked for before anything is read.

    Args:
        name: Name of the format.
        target: File or folder to write; None is standard output.
        turns: True for a row for each turn or round.

    Raises:
        ExportError: There is no such format, or it cannot be had so.
    """
    if name not in FORMATS:
        raise ExportError(explain_choice("--to", FORMATS, name))
    if turns and name != CSV:
        raise ExportError(f"--turns belongs to --to {CSV}, got --to {name}.")
    if target is None and name == HPARAMS:
        raise ExportError(f"--to {HPARAMS} makes a folder: name it with -o.")


def render_export(run: Record | Summary, name: str, *, turns: bool) -> str:
    """The run in a format of text.

    Args:
        run: Record of a run of this project, or summary of another project's file.
        name: Name of the format.
        turns: True for a row for each turn or round.

    Raises:
        ExportError: The format cannot hold the run.
    """
    if isinstance(run, Summary):
        return render_csv_of_rounds(run) if turns else TEXTS[name](run)
    return render_csv_of_turns(run) if turns else TEXTS[name](summarize(run))


def write_export(run: Record | Summary, name: str, target: Path, *, turns: bool) -> None:
    """Write the run in a format to a file, or to a folder, whole or not at all.

    Raises:
        ExportError: The format cannot hold the run, or the target cannot be written.
    """
    try:
        if name == HPARAMS:
            files = _build_log_folder(run)
            write_whole_folder(target, lambda folder: _write_files(folder, files))
        else:
            write_whole(target, render_export(run, name, turns=turns).encode())
    except OSError as error:
        hint = ": name a new folder" if name == HPARAMS else ""
        raise ExportError(f"{target} cannot be written: {error.strerror}{hint}.") from None


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their paths in the folder."""
    for name, content in files.items():
        write_whole(folder / name, content)


def _build_log_folder(run: Record | Summary) -> dict[str, bytes]:
    from reports.formats.hparams import build_log_folder  # noqa: PLC0415  # TensorBoard takes a third of a second

    return build_log_folder(run if isinstance(run, Summary) else summarize(run))
