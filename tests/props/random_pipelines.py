"""Random pipelines, as hypothesis draws them: sources, maps of many kinds, and stages in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from hypothesis import strategies as st

Dataset = tf.data.Dataset
COUNT = 13  # elements of a source: no multiple of a batch
ROWS = (np.arange(COUNT * 6, dtype=np.uint8) * 37 % 251).reshape(COUNT, 2, 3)

Stage = Callable[[Any], Any]


@dataclass(frozen=True)
class RandomPipeline:
    """A pipeline, and in words what it is.

    Args:
        source: Name of what it begins with.
        stages: Names of its stages, in order.
    """

    source: str
    stages: tuple[str, ...]

    def build(self, folder: Path) -> Any:
        """The dataset, whose files lie in a folder that `write_files` has filled."""
        dataset = SOURCES[self.source](folder)
        for name in self.stages:
            dataset = STAGES[name](dataset)
        return dataset

    @property
    def is_drawn(self) -> bool:
        """True if something is drawn for each element."""
        return any(name in DRAWN for name in self.stages)


def write_files(folder: Path) -> None:
    """Four files of some lines each, not as many in one as in another."""
    for number in range(4):
        lines = (f"{number}.5,{line},-{line}.25" for line in range(2 + number))
        (folder / f"{number}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _count() -> Iterator[Any]:
    yield from (ROWS[place] for place in range(COUNT))


def _list(folder: Path, **arguments: Any) -> Any:
    return Dataset.list_files(str(folder / "*.csv"), **arguments)


SOURCES: dict[str, Callable[[Path], Any]] = {
    "range": lambda _: Dataset.range(COUNT),
    "slices": lambda _: Dataset.from_tensor_slices(ROWS),
    "pairs": lambda _: Dataset.from_tensor_slices((ROWS, np.arange(COUNT))),
    "generator": lambda _: Dataset.from_generator(_count, output_signature=tf.TensorSpec([2, 3], tf.uint8)),
    "files": lambda folder: _list(folder, shuffle=False),
    "shuffled files": _list,
    "lines": lambda folder: _list(folder, shuffle=False).interleave(tf.data.TextLineDataset, cycle_length=3),
    "shuffled lines": lambda folder: _list(folder).interleave(tf.data.TextLineDataset, cycle_length=2, block_length=2),
    "zip": lambda _: Dataset.zip(Dataset.from_tensor_slices(ROWS), Dataset.range(COUNT).shuffle(4)),
}


def _on_numbers(function: Callable[[Any], Any], *, dtype: tf.DType | None = tf.float32) -> Stage:
    """A map of the first component, as numbers; the others come along."""

    def change(first: Any, *others: Any) -> Any:
        numbers = _read_numbers(first, dtype)
        changed = function(numbers)
        return (changed, *others) if others else changed

    return lambda dataset: dataset.map(change)


def _read_numbers(value: Any, dtype: tf.DType | None) -> Any:
    if value.dtype == tf.string:
        value = tf.strings.length(value)
    return value if dtype is None else tf.cast(value, dtype)


def _reshape(numbers: Any) -> Any:
    return tf.reshape(numbers, [-1])


def _flip(numbers: Any) -> Any:
    return tf.reverse(numbers, [0]) if numbers.shape.rank else -numbers


def _first(numbers: Any) -> Any:
    return numbers[0] if numbers.shape.rank else numbers + 1


def _tail(numbers: Any) -> Any:
    return numbers[..., 0] if numbers.shape.rank else numbers + 2


def _split(value: Any, *others: Any) -> Any:
    if value.dtype != tf.string:
        return (value, *others) if others else value
    cells = tf.io.decode_csv(value, [[0.0]] * 3)
    return tf.stack(cells[:2], axis=-1), cells[-1]


def _compute(numbers: Any) -> Any:
    return tf.numpy_function(lambda values: values * 2, [numbers], tf.float32)


def _keep(*parts: Any) -> Any:
    return tf.strings.length(parts[0]) > 0 if parts[0].dtype == tf.string else tf.reduce_any(parts[0] >= 0)


STAGES: dict[str, Stage] = {
    "scale": _on_numbers(lambda numbers: numbers / 255.0 - 0.5),
    "shrink": _on_numbers(lambda numbers: tf.cast(numbers, tf.uint8)),
    "centre": _on_numbers(lambda numbers: numbers - tf.reduce_mean(numbers)),
    "peak": _on_numbers(lambda numbers: tf.reduce_max(numbers, axis=-1) if numbers.shape.rank else numbers),
    "peak of the first axis": _on_numbers(lambda numbers: tf.reduce_max(numbers, 0) if numbers.shape.rank else numbers),
    "weigh": _on_numbers(lambda numbers: numbers * tf.constant([1.0, 2.0, 3.0])),
    "one hot": _on_numbers(lambda numbers: tf.one_hot(numbers, 5), dtype=tf.int32),
    "flip": _on_numbers(_flip),
    "first": _on_numbers(_first),
    "tail": _on_numbers(_tail),
    "reshape": _on_numbers(_reshape),
    "stack": _on_numbers(lambda numbers: tf.stack([numbers, numbers + 1], axis=-1)),
    "stack first": _on_numbers(lambda numbers: tf.stack([numbers, numbers + 1], axis=0)),
    "exp": _on_numbers(tf.exp),
    "clip": _on_numbers(lambda numbers: tf.clip_by_value(numbers, 1.0, 9.0)),
    "parse": lambda dataset: dataset.map(_split),
    "by hand in parallel": lambda dataset: dataset.map(_split, num_parallel_calls=2),
    "python": _on_numbers(_compute),
    "noise": _on_numbers(lambda numbers: numbers + tf.random.uniform([])),
    "seeded noise": _on_numbers(lambda numbers: numbers + tf.random.uniform([], seed=3)),
    "mirror": _on_numbers(lambda numbers: numbers * tf.sign(tf.random.uniform([], seed=5) - 0.5)),
    "filter": lambda dataset: dataset.filter(_keep),
    "shuffle some": lambda dataset: dataset.shuffle(3),
    "shuffle all": lambda dataset: dataset.shuffle(100),
    "shuffle seeded": lambda dataset: dataset.shuffle(5, seed=1),
    "shuffle once": lambda dataset: dataset.shuffle(100, reshuffle_each_iteration=False),
    "batch": lambda dataset: dataset.batch(4),
    "batch whole": lambda dataset: dataset.batch(3, drop_remainder=True),
    "cache": lambda dataset: dataset.cache(),
    "repeat": lambda dataset: dataset.repeat(2),
    "take": lambda dataset: dataset.take(9),
    "skip": lambda dataset: dataset.skip(2),
    "shard": lambda dataset: dataset.shard(2, 1),
    "prefetch": lambda dataset: dataset.prefetch(2),
    "enumerate": lambda dataset: dataset.enumerate().map(lambda _, value: value),
}
DRAWN = ("noise", "seeded noise", "mirror")
MAPS = [name for name in STAGES if name in DRAWN or name.split()[0] not in {
    *("filter", "shuffle", "batch", "cache", "repeat", "take", "skip", "shard", "prefetch", "enumerate"),
}]  # fmt: skip
SHUFFLES = [name for name in STAGES if name.startswith("shuffle")]
OTHERS = ["filter", "cache", "repeat", "take", "skip", "shard", "prefetch", "enumerate"]


def draw_pipelines() -> st.SearchStrategy[RandomPipeline]:
    """Pipelines that mostly have maps, a shuffle and a batch, in any order, with other stages between them."""
    some = st.lists(st.sampled_from(OTHERS), max_size=2)
    maps = st.lists(st.sampled_from(MAPS), min_size=1, max_size=2)
    shuffles = st.lists(st.sampled_from(SHUFFLES), max_size=2)
    batches = st.lists(st.sampled_from(["batch", "batch whole"]), min_size=0, max_size=1)
    parts = st.tuples(maps, some, shuffles, some, batches, st.sampled_from([[], ["prefetch"]]))
    usual = parts.map(lambda held: tuple(name for part in held for name in part))
    mixed = usual.flatmap(lambda names: st.permutations(names).map(tuple))
    return st.builds(RandomPipeline, st.sampled_from(sorted(SOURCES)), usual | mixed)
