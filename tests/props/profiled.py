"""Trainings under the profiler, and what TensorFlow's own reader and xprof find in their traces."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tensorflow.tsl.profiler.protobuf import xplane_pb2
from xprof.convert.raw_to_tool_data import xspace_to_tool_data

NUM_STEPS = 40


def build_batches() -> tf.data.Dataset:
    images = np.zeros((64, 28, 28), np.float32)
    return tf.data.Dataset.from_tensor_slices((images, np.zeros(64, np.int64))).shuffle(64).batch(4).repeat()


def build_model(steps_per_execution: int = 1) -> keras.Model:
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, steps_per_execution=steps_per_execution)
    return model


def fit(*callbacks: keras.callbacks.Callback, steps_per_execution: int = 1, **choices) -> None:
    model = build_model(steps_per_execution)
    dataset = choices.pop("dataset", None) or build_batches()
    options = {"steps_per_epoch": NUM_STEPS, "shuffle": False, "verbose": 0, **choices}
    model.fit(dataset, callbacks=list(callbacks), **options)


def only_trace(folder: Path) -> Path:
    (file,) = folder.glob("plugins/profile/*/*.xplane.pb")
    return file


def steps_of_xprof(file: Path, folder: Path) -> list[str]:
    """What the Profile tab's overview has as steps; xprof writes beside the file, which is copied for that."""
    copy = shutil.copy(file, folder / "copy.xplane.pb")
    text, _ = xspace_to_tool_data([str(copy)], "overview_page", {"use_saved_result": False})
    return [row["c"][0]["v"] for row in json.loads(text)[1]["rows"]]


def named(numbers: range) -> list[str]:
    return [f"train {number}" for number in numbers]


def read_events(file: Path, name: str) -> list[tuple[int, int, dict[str, int]]]:
    """Begin and end in picoseconds, and the arguments, of the events of that name."""
    space = xplane_pb2.XSpace.FromString(file.read_bytes())
    found = []
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                if plane.event_metadata[event.metadata_id].name == name:
                    begin = line.timestamp_ns * 1000 + event.offset_ps
                    stats = {plane.stat_metadata[stat.metadata_id].name: stat.int64_value for stat in event.stats}
                    found.append((begin, begin + event.duration_ps, stats))
    return sorted(found, key=lambda event: event[0])


def fetches_outside_of_steps(file: Path) -> tuple[int, int]:
    """How many fetches of a batch there are, and how many of them lie outside of every marked step."""
    steps = read_events(file, "train")
    fetches = read_events(file, "Iterator::Root")
    inside = [any(begin <= fetch[0] and fetch[1] <= end for begin, end, _ in steps) for fetch in fetches]
    return len(fetches), inside.count(False)
