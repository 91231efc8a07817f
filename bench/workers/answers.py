"""Reads what a worker answers, and checks every field of it. Only the parent does; a worker has no msgspec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, get_args

import msgspec

from bench.workers.protocol import KIND, Answer
from reports.record.stored.typed_json import convert_json

ANSWERS: Mapping[str, type[Answer]] = {kind.__name__: kind for kind in get_args(Answer)}

Wanted = TypeVar("Wanted", bound=Answer)


def decode_answer(line: bytes) -> Answer:
    """The answer in a line.

    Raises:
        ValueError: It is none, or a field is missing, unknown or of another type; the message says which.
    """
    try:
        stored = msgspec.json.decode(line)
        kind = ANSWERS[stored.pop(KIND)]
        answer: Answer = convert_json(stored, kind)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"said what is no answer: {line[:80]!r} ({error})") from None
    return answer


def read_answer(line: bytes, kind: type[Wanted]) -> Wanted:
    """The answer in a line, which must be of this kind.

    Raises:
        ValueError: It is not; the message says what it is instead.
    """
    answer = decode_answer(line)
    if not isinstance(answer, kind):
        raise ValueError(f"answered {type(answer).__name__}, not {kind.__name__}")
    return answer
