"""What TensorFlow really ran."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """A number that AUTOTUNE chose for a stage, such as MapAndBatch, parallelism, 2."""

    stage: str
    parameter: str
    value: int


@dataclass(frozen=True)
class Program:
    """What TensorFlow really ran: the stages after its rewrites, the last first, and what AUTOTUNE chose."""

    chain: str
    choices: tuple[Choice, ...]
