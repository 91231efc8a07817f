"""What the gate and the process of a slot say to each other: one JSON object a line, nothing that is unpickled."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.gate.staged import StagedCase
from reports.record.file import parse_sample
from reports.record.record import Sample


@dataclass(frozen=True)
class Start:
    """Asks for a fresh worker for a case."""

    case: StagedCase


@dataclass(frozen=True)
class TakeTurn:
    """Asks the worker for a turn."""


@dataclass(frozen=True)
class Pin:
    """Asks that all threads of the worker stay on one core from now on."""

    core: int


@dataclass(frozen=True)
class ReadMemory:
    """Asks what a case holds, read in another fresh worker."""

    case: StagedCase


@dataclass(frozen=True)
class Stop:
    """Asks that the worker be ended; harmless if there is none."""


@dataclass(frozen=True)
class Taken:
    """A turn's sample."""

    sample: Sample


@dataclass(frozen=True)
class Remembered:
    """What the pipeline held; None where the platform cannot tell."""

    live_bytes: int | None


@dataclass(frozen=True)
class Done:
    """It is done, and there is nothing to tell."""


@dataclass(frozen=True)
class Refusal:
    """It could not be done, and why, in one line."""

    reason: str


Request = Start | TakeTurn | Pin | ReadMemory | Stop
Answer = Taken | Remembered | Done | Refusal
KIND = "kind"


def encode(message: Request | Answer) -> bytes:
    """The message as a line."""
    return json.dumps({KIND: type(message).__name__, **dataclasses.asdict(message)}).encode() + b"\n"


def decode_request(line: bytes) -> Request:
    """The request in a line.

    Raises:
        ValueError: it is none.
    """
    request: Request = _decode(line, REQUESTS)
    return request


def decode_answer(line: bytes) -> Answer:
    """The answer in a line.

    Raises:
        ValueError: it is none.
    """
    answer: Answer = _decode(line, ANSWERS)
    return answer


def _decode(line: bytes, parsers: dict[str, Callable[..., Any]]) -> Any:
    try:
        fields = json.loads(line)
        return parsers[fields.pop(KIND)](**fields)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no message that is known here: {line[:80]!r} ({error})") from None


def _parse_taken(sample: dict[str, Any]) -> Taken:
    parsed = parse_sample(sample)
    if parsed is None:
        raise TypeError("a turn has no sample")
    return Taken(parsed)


REQUESTS: dict[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in (TakeTurn, Pin, Stop)},
    "Start": lambda case: Start(StagedCase(**case)),
    "ReadMemory": lambda case: ReadMemory(StagedCase(**case)),
}
ANSWERS: dict[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in (Remembered, Done, Refusal)},
    "Taken": _parse_taken,
}
