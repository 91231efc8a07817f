"""Injected work is real, exact and in one case alone: examples are counted where they go through the map."""

import importlib.util
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from bench.trials.slowdown import PIPELINE, SlowdownError, slow_down
from mnist_core.language.named_orderings import NAMED_ORDERINGS
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec

ROOT = Path(__file__).parents[3]
NUM_EXAMPLES, NUM_BATCHES, BATCH = 640, 20, 32
RUNS_AHEAD = {"prefetch_last"}  # its prefetch goes on into the next pass, with the added work and without


def numbered(name: str) -> str:
    return str(NAMED_ORDERINGS[name].ordering.with_numbers(parallel=2, prefetch=2))


class Counter:
    """Stands in for `build_decode` and `build_gather`: counts the examples that go through the map."""

    def __init__(self, build) -> None:
        self._build, self.count = build, 0

    def __call__(self, *arguments):
        decode = self._build(*arguments)

        def count(number) -> np.int64:
            self.count += int(number)
            return np.int64(number)

        def counted(*element):
            images, labels = decode(*element)
            number = tf.size(labels) // (10 if labels.dtype == tf.float32 else 1)
            with tf.control_dependencies([tf.numpy_function(count, [number], tf.int64)]):
                return tf.identity(images), labels

        return counted


def load_slowed(folder: Path, num_more: dict[str, int]):
    """The pipeline module of a copy of mnist_core with more work."""
    shutil.copytree(ROOT / "mnist_core", folder / "mnist_core", ignore=shutil.ignore_patterns("__pycache__"))
    slow_down(folder, num_more)
    spec = importlib.util.spec_from_file_location("slowed_pipeline", folder / PIPELINE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(module, monkeypatch: pytest.MonkeyPatch, text: str) -> tuple[tf.data.Dataset, Counter]:
    spec = PipelineSpec(parse_ordering(text))
    name = "build_gather" if spec.ordering.starts_from_indices else "build_decode"
    counter = Counter(getattr(module, name))
    monkeypatch.setattr(module, name, counter)
    images = np.arange(NUM_EXAMPLES * 784, dtype=np.uint32).astype(np.uint8).reshape(NUM_EXAMPLES, 28, 28)
    dataset = module.build_dataset(spec, images, np.arange(NUM_EXAMPLES, dtype=np.uint8) % 10)
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    options.autotune.enabled = False
    return dataset.with_options(options), counter


def take_epoch(dataset: tf.data.Dataset) -> int:
    """The examples that arrive in as many batches as the harness takes."""
    iterator = iter(dataset)
    return sum(int(next(iterator)[1].shape[0]) for _ in range(NUM_BATCHES))


@pytest.mark.parametrize("name", NAMED_ORDERINGS)
def test_each_epoch_computes_so_many_examples_more_and_gives_as_many_as_before(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    num_more = 2
    module = load_slowed(tmp_path, {numbered(name): num_more})
    dataset, counter = build(module, monkeypatch, numbered(name))
    counts = []
    for _ in range(3):
        before = counter.count
        assert take_epoch(dataset) == NUM_EXAMPLES
        counts.append(counter.count - before)
    expected = NUM_EXAMPLES + num_more * BATCH
    if name in RUNS_AHEAD:
        assert all(expected <= count <= expected + 12 * BATCH for count in counts)
    elif name == "cache_after_map":
        assert counts == [expected, 0, 0]
    else:
        assert counts == [expected] * 3


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 1.0, 2.5])
def test_the_share_is_exact_to_the_batch(share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    num_more = math.ceil(share * NUM_BATCHES)
    module = load_slowed(tmp_path, {numbered("no_prefetch"): num_more})
    dataset, counter = build(module, monkeypatch, numbered("no_prefetch"))
    assert take_epoch(dataset) == NUM_EXAMPLES
    assert counter.count == NUM_EXAMPLES + num_more * BATCH


def test_every_other_ordering_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load_slowed(tmp_path, {numbered("no_prefetch"): 5})
    dataset, counter = build(module, monkeypatch, numbered("batch_before_map"))
    assert take_epoch(dataset) == NUM_EXAMPLES
    assert counter.count == NUM_EXAMPLES


def test_the_users_code_is_not_touched_but_the_copy(tmp_path: Path) -> None:
    before = (ROOT / PIPELINE).read_bytes()
    load_slowed(tmp_path, {"map().batch(32)": 1})
    assert (ROOT / PIPELINE).read_bytes() == before
    assert (tmp_path / PIPELINE).read_bytes() != before


@pytest.mark.parametrize("text", ["", "def build_dataset(\n\ndef build_dataset(\n"])
def test_code_of_another_shape_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / PIPELINE).parent.mkdir(parents=True)
    (tmp_path / PIPELINE).write_text(text)
    with pytest.raises(
        SlowdownError, match=r"^mnist_core/pipeline/build\.py has no single 'def build_dataset\(\.\.\.\)': "
    ):
        slow_down(tmp_path, {"map().batch(32)": 1})
    assert (tmp_path / PIPELINE).read_text() == text
