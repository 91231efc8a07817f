"""Trains a model on each batch as people write it: no step is waited for."""

from __future__ import annotations

from collections.abc import Iterator

from bench.consumers.epochs import Consumed, EpochMeter
from bench.consumers.meter import Tools
from bench.consumers.step import build_train_step, find_place
from bench.subjects.opened import Batch, BuildsModel, Opened, count_examples
from reports.record.case import Case


def build(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case that trains, no step waited for."""
    assert isinstance(opened, BuildsModel)  # noqa: S101  # the table says so
    step = build_train_step(opened, tools.device.name)

    def train(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        step(*first)
        num_examples = count_examples(first)
        for _ in range(num_more):
            batch = next(iterator)
            step(*batch)
            num_examples += count_examples(batch)
        return Consumed(num_examples)

    return EpochMeter(case, opened, tools, train, place=find_place(train))
