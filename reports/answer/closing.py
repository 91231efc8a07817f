"""The last lines: how far to believe a run, on what it was made, where it is kept and what to type next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mnist_core.files.run_kinds import RECORD, list_newest
from reports.drawing.blocks import Emphasis, Span, Words
from reports.drawing.numbers import count_things
from reports.summary.noise import Noise, NoiseKind
from reports.summary.summary import Summary
from reports.tables.notes import OWN_DATA, tell_digits

EMPHASES = {
    NoiseKind.QUIET: Emphasis.GOOD,
    NoiseKind.STEADY: Emphasis.PLAIN,
    NoiseKind.NOISY: Emphasis.UNSURE,
    NoiseKind.WORTHLESS: Emphasis.WORST,
}
RUNS = Path("runs")  # where commands look for the newest run


@dataclass(frozen=True)
class Kept:
    """Where a run is, and what did not get into it.

    Args:
        file: Its record.
        num_failed: How many cases failed, of which it has nothing.
        is_newest: True where commands find it without its name.
        shows_all: True where all tables stand beside the answer.
    """

    file: Path
    num_failed: int = 0
    is_newest: bool = False
    shows_all: bool = False


def locate(run: Path, num_failed: int = 0) -> Kept:
    """Where a run is kept, as a person in the present folder types it.

    Args:
        run: Its folder or its record.
        num_failed: How many cases failed.
    """
    here, file = Path.cwd(), run / RECORD if run.is_dir() else run
    shown = file.relative_to(here) if file.is_relative_to(here) else file
    return Kept(shown, num_failed, is_newest=[shown] == list_newest(f"{RUNS}/*/{RECORD}")[:1])


def tell_noise(noise: Noise | None) -> list[Words]:
    """How quiet the machine was, in one word and the reason; none where nothing was timed."""
    if noise is None:
        return []
    return [("this run is ", Span(noise.kind.value, EMPHASES[noise.kind]), f": {noise.reason}")]


def tell_setting_briefly(summary: Summary) -> str:
    """The digits and the machine."""
    own = [case.reads_own_data for case in summary.cases]
    data = OWN_DATA if all(own) else tell_digits(summary.data_name, summary.data_fingerprint)
    machine = summary.computer
    return data if machine is None else f"{data}; {machine.cpu}, {count_things(machine.num_cores, 'core')}"


def tell_failed(num_failed: int) -> list[Words]:
    """That cases failed, whose reasons stand above."""
    return [f"{count_things(num_failed, 'case')} failed, of which nothing is here: see above"] if num_failed else []


def tell_next(kept: Kept) -> list[str]:
    """The record, and the commands that draw it and print all tables."""
    name = "" if kept.is_newest else f" {kept.file.parent if kept.file.name == RECORD else kept.file}"
    tables = "" if kept.shows_all else f", mnist-report show{name} (all tables)"
    return [f"record: {kept.file}", f"next: mnist-report page{name} (pictures){tables}"]
