"""A pipeline whose chain a person wrote in one expression, as source and as it is described."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from descriptions import MAP

from reports.record.case import Subject
from reports.record.description import Description, Origin

SOURCE = """import tensorflow as tf


def read():
    return tf.data.Dataset.list_files("*.csv").interleave(tf.data.TextLineDataset)


def test_data():
    return read().map(parse).shuffle(10).batch(8).prefetch(1)


def make(seed=None):
    # lines of all months
    return (
        read()
        .map(parse)  # a line
        .shuffle(10_000, seed=seed)
        .batch(128)
        .prefetch(1)
    )
"""
STAGES = {
    "from_tensor_slices": 5,
    "shuffle": 5,
    "interleave": 5,
    "map": 16,
    "shuffle ": 17,
    "batch": 18,
    "prefetch": 19,
}
WANTED = "0:interleave 2:shuffle 3:batch 1:map 4:prefetch"


def describe(file: Path, lines: dict[str, int] = STAGES) -> Description:
    """A pipeline as it is written, of a stage on each line."""
    stages = tuple(
        replace(
            MAP,
            number=number,
            name=name.strip(),
            call="list_files" if number < 2 and len(lines) > 4 else None,
            origin=Origin(str(file), line),
            inputs=(number - 1,) if number else (),
        )
        for number, (name, line) in enumerate(lines.items())
    )
    return Description(Subject("pipeline", "make", f"{file}:make"), "2.21.0", stages, (), ())
