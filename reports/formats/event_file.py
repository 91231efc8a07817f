"""TensorBoard's event files, written without TensorFlow: its EventFileWriter imports that wherever it is installed.

Source: tensorboard 2.21, summary/writer/event_file_writer.py.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

EVENT_FILE = "events.out.tfevents.0.mnist-bench"  # TensorBoard looks for "tfevents"; the same name for the same trial
FILE_VERSION = "brain.Event:2"


def encode_events(summaries: Iterable[summary_pb2.Summary], seconds: float) -> bytes:
    """The content of an event file: the version, then an event for each summary, all at one time since 1970."""
    file = io.BytesIO()
    writer = RecordWriter(file)
    writer.write(event_pb2.Event(wall_time=seconds, file_version=FILE_VERSION).SerializeToString())
    for summary in summaries:
        writer.write(event_pb2.Event(wall_time=seconds, step=0, summary=summary).SerializeToString())
    return file.getvalue()
