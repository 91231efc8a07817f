"""Copies batches to a device before they are asked for."""

from __future__ import annotations

import tensorflow as tf

from bench.consumers.copy import place_copy
from bench.consumers.epochs import EpochMeter
from bench.consumers.meter import Tools
from bench.consumers.python import take_in_python
from bench.subjects.opened import Opened
from reports.record.case import Case


def build(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case whose batches are copied ahead."""
    return EpochMeter(
        case,
        opened,
        tools,
        take_in_python,
        place=place_copy,
        wrap_dataset=lambda dataset: copy_ahead(dataset, tools.device.name),
    )


def copy_ahead(dataset: tf.data.Dataset, device: str) -> tf.data.Dataset:
    """The dataset with its batches copied to `device` before they are asked for, as many as TensorFlow chooses."""
    return dataset.apply(tf.data.experimental.prefetch_to_device(device))
