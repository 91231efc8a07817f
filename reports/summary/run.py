"""A run as a comparison sees it, whether this project measured it or pytest-benchmark alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Facts = tuple[tuple[str, str], ...]  # names and values, in the order in which a table shows them


@dataclass(frozen=True)
class Identity:
    """By what a case is found again in another run. Two that differ in anything are never compared.

    Args:
        name: of the test's parameters, without the device, such as ``post-emulated-2ms-raw``.
        device: "cpu" or "gpu"; empty where the file does not tell.
        details: what must be the same too, though the name does not tell it.
    """

    name: str
    device: str
    details: Facts = ()

    @property
    def label(self) -> str:
        """As tests are named, such as ``post-raw-cpu``."""
        return f"{self.name}-{self.device}" if self.device else self.name


@dataclass(frozen=True)
class Measured:
    """One case of a run.

    Args:
        identity: the case.
        values: by metric and round; a value that stands for itself, such as bytes, in round 0.
        group: the cases that were measured together; only their rounds belong together.
        chain: what TensorFlow made of the pipeline; None where the file does not tell.
        is_disturbed: others used the machine in so many of its turns that no time is judged by them.
    """

    identity: Identity
    values: Mapping[str, Mapping[int, float]]
    group: str = ""
    chain: str | None = None
    is_disturbed: bool = False


@dataclass(frozen=True)
class Run:
    """One run.

    Args:
        path: as the user named it.
        cases: at least one, each once.
        datetime: in ISO 8601.
        machine: what makes it another machine; what is not known is left out.
        versions: of Python, libraries and the code; what is not known is left out.
        data_name: of the digits; None where the file does not tell.
        data_fingerprint: likewise. Only runs on equal data may be compared.
        remarks: what a reader must know before believing its numbers.

    Raises:
        ValueError: it has no case, or one twice.
    """

    path: Path
    cases: tuple[Measured, ...]
    datetime: str
    machine: Facts
    versions: Facts
    data_name: str | None = None
    data_fingerprint: str | None = None
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.cases:
            raise ValueError("it holds no benchmark")
        found = Counter((case.identity, metric) for case in self.cases for metric in case.values)
        twice = next((identity for (identity, _), count in found.items() if count > 1), None)
        if twice is not None:
            raise ValueError(f"benchmark {twice.label!r} is there twice")
