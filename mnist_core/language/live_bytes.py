"""The live heap bytes that a pipeline will hold, predicted from its spec alone. TensorFlow is not imported here."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mnist_core.language.shapes import NUM_CLASSES, SIDE
from mnist_core.language.spec import PipelineSpec
from mnist_core.language.stage import AUTO, MAX_ELEMENTS, Batch, Cache, Map, Prefetch, Range, Repeat, Shuffle, Stage

ALIGNMENT = 64  # bytes; a slice of the source that begins at a multiple of it is used in place, others are copied
FLOAT_BYTES, INDEX_BYTES, LABEL_BYTES = 4, 8, 8
MAX_FUSED_EPOCHS = 3  # kMaxEpochsInBuffer of TensorFlow's shuffle fused with repeat
AUTO_PREFETCH = 2  # elements: what prefetch(auto) begins with, and seldom exceeds for small ones

# Bookkeeping, in bytes: measured with TensorFlow 2.21 and glibc on x86-64 as the live heap (mallinfo2) for 60000
# elements less their payload, divided by 60000. An index in a shuffle buffer costs 159, a picture with its label 287,
# the same two behind a cache, whose buffers it shares, 125; the cache itself 275. That is, solved for the parts:
SHUFFLED_ELEMENT_BYTES = 31  # a place in the buffer, with the vector of its tensors
CACHED_ELEMENT_BYTES = 19
TENSOR_BYTES = 47  # a tensor in that vector
STRING_BYTES = 40  # a string tensor's own 24, and the header and the rounding of the allocator for its characters
BUFFER_BYTES = 81  # what owns a tensor's payload, with the headers and the rounding of the allocator


@dataclass(frozen=True)
class _Component:
    """A tensor of an element: its payload, and whether it is a slice of the source or shares a cache's payload."""

    num_bytes: int
    is_slice: bool = False
    is_shared: bool = False

    @property
    def own_bytes(self) -> float:
        """What holding one more of it costs: its payload if that is copied, and what owns it."""
        if self.is_shared:
            return TENSOR_BYTES
        return TENSOR_BYTES + BUFFER_BYTES + self.num_bytes * (copied_share(self.num_bytes) if self.is_slice else 1)


@dataclass(frozen=True)
class _Stream:
    """Elements between two stages: their components, how many there are in a pass, and of how many examples each."""

    components: tuple[_Component, ...]
    count: int
    size: int = 1

    def holding_bytes(self, num_elements: int, element_bytes: int) -> float:
        return num_elements * (element_bytes + sum(component.own_bytes for component in self.components))


def predict_live_bytes(spec: PipelineSpec, num_examples: int, file_bytes: int = 0) -> int:
    """Bytes that the iterator and the cache hold beyond the source, when they hold most.

    Shuffle buffers, caches and prefetch buffers count: elements x copied payload + bookkeeping. Two exceptions make
    popular advice wrong: slices of the source whose size is a multiple of 64 bytes are not copied, and a shuffle
    directly behind a cache shares its payload.

    Args:
        spec: Pipeline whose bytes are predicted.
        num_examples: Number of examples that the source holds.
        file_bytes: Mean size of a serialised record, where the source is TFRecord files; 0 for PNG files, since slices
            of an array of paths share its characters.

    Example:
        >>> predict_live_bytes(PipelineSpec(parse_ordering("shuffle(60000).map().batch(32)")), num_examples=60_000)
        52559062
    """
    stream = _source(spec, num_examples, file_bytes)
    total = 0.0
    followers = (*spec.ordering.stages[1:], None)
    for stage, follower in zip(spec.ordering.stages, followers, strict=True):
        total += _hold(stage, follower, stream)
        stream = _pass_through(stage, stream, spec)
    return round(total)


def copied_share(num_bytes: int) -> float:
    """The share of a source's slices, `num_bytes` each, that do not begin at a multiple of 64 bytes and are copied."""
    return 1 - math.gcd(num_bytes, ALIGNMENT) / ALIGNMENT


def _source(spec: PipelineSpec, num_examples: int, file_bytes: int) -> _Stream:
    if spec.ordering.starts_from_indices:
        return _Stream((_Component(INDEX_BYTES),), num_examples)
    is_slice = spec.source != "generator"
    image, label = _Component(SIDE * SIDE, is_slice=is_slice), _Component(1, is_slice=is_slice)
    match spec.source:
        case "tfrecord":
            return _Stream((_Component(STRING_BYTES + file_bytes),), num_examples)
        case "png":
            image = _Component(0, is_slice=True)
        case "floats":
            image = _Component(SIDE * SIDE * FLOAT_BYTES, is_slice=True)
    return _Stream((image, label), num_examples)


def _hold(stage: Stage, follower: Stage | None, stream: _Stream) -> float:
    """What the stage itself holds of the elements that reach it."""
    match stage:
        case Cache():
            return stream.holding_bytes(stream.count, CACHED_ELEMENT_BYTES)
        case Shuffle():
            return stream.holding_bytes(_count_shuffled(stage, follower, stream.count), SHUFFLED_ELEMENT_BYTES)
        case Prefetch():
            size = AUTO_PREFETCH if stage.buffer_size == AUTO else stage.buffer_size
            return stream.holding_bytes(min(int(size), stream.count), SHUFFLED_ELEMENT_BYTES)
        case _:
            return 0.0


def _count_shuffled(stage: Shuffle, follower: Stage | None, count: int) -> int:
    """Elements in the buffer: one pass at most, but three where TensorFlow fuses the shuffle with a repeat."""
    epochs = 1
    if isinstance(follower, Repeat):
        epochs = MAX_FUSED_EPOCHS if follower.count is None else min(MAX_FUSED_EPOCHS, follower.count)
    return min(stage.buffer_size, epochs * count)


def _pass_through(stage: Stage, stream: _Stream, spec: PipelineSpec) -> _Stream:
    """The elements behind the stage."""
    match stage:
        case Map():
            return replace(stream, components=_map(stream, spec))
        case Batch():
            size = stage.batch_size
            batched = tuple(_Component(component.num_bytes * size) for component in stream.components)
            return _Stream(batched, math.ceil(stream.count / size), size)
        case Cache():
            return replace(stream, components=tuple(replace(each, is_shared=True) for each in stream.components))
        case Repeat():
            return replace(stream, count=MAX_ELEMENTS if stage.count is None else stream.count * stage.count)
        case Range() | Shuffle() | Prefetch():
            return stream


def _map(stream: _Stream, spec: PipelineSpec) -> tuple[_Component, ...]:
    """What the map function makes of an element; pixels that come as the model wants them pass through as they are."""
    size = stream.size
    passes = not spec.ordering.starts_from_indices and (
        spec.source == "floats" or (spec.normalize == "model" and not spec.starts_from_files)
    )
    pixel_bytes = FLOAT_BYTES if spec.normalize == "pipeline" else 1
    image = stream.components[0] if passes else _Component(SIDE * SIDE * pixel_bytes * size)
    return image, _Component(size * (NUM_CLASSES * FLOAT_BYTES if spec.labels == "onehot" else LABEL_BYTES))
