"""The memory that a pipeline needs, told from its spec alone. TensorFlow is not imported here.

What is predicted is live heap, the bytes that are allocated and not freed, not the resident set. The model is elements x
(copied payload + bookkeeping), with two exceptions: a slice that starts on an aligned address is not copied but points
into the source, and what comes straight from ``cache`` points into the cache.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

from mnist_core.arrays import NUM_CLASSES, SIDE
from mnist_core.ordering import AUTO, Auto, Batch, Cache, Map, Prefetch, Range, Repeat, Shuffle, Stage
from mnist_core.spec import PipelineSpec

IMAGE_BYTES = SIDE * SIDE  # uint8
LABEL_BYTES = 1  # uint8, as stored
FLOAT32_BYTES = 4
INT64_BYTES = 8

# How the numbers below were found: with TensorFlow 2.21 and glibc 2.36 on 64-bit x86, an LD_PRELOAD library counted the
# live blocks of malloc by their size, before iter() and after the first next(), for 60000 elements of int64 scalars
# (range), of uint8 rows of 63, 64, 65, 784 and 832 bytes, and of MNIST as uint8, as float32 and in batches.
ALIGNMENT_BYTES = 64  # Eigen's: rows of 64 and 832 bytes are not copied, 3/4 of 784 bytes are (45000 blocks of 60000)
HEADER_BYTES = 8  # glibc's, before every block
GRAIN_BYTES = 16  # glibc's blocks are multiples of it
SMALLEST_BLOCK_BYTES = 32  # glibc's MINSIZE
ALIGNED_SLACK_BYTES = 16  # memalign leaves 0 to 32 bytes unsplit: 784 took 800 or 832 (mean 808), 3136 3152 or 3184
TENSOR_BYTES = 32  # sizeof(Tensor): an element's vector took a block of 48 for one component, of 80 for two
BUFFER_BYTES = 40  # the object with reference count, size and parent: one block of 48 for every component
SLOT_BYTES = (
    24  # sizeof(std::vector<Tensor>): shuffle(180000) of 60000 took 48 bytes an element more than shuffle(60000)
)
INDEX_BYTES = 9  # shuffle's hash set of int64 positions (for checkpoints): 1179648 bytes for 60000 = 131072 x 9
INDEX_LOAD = 7 / 8  # that set doubles when it is fuller: 57344 fit where 65536 x 9 bytes are allocated
ITERATOR_BYTES = 150_000  # threads, graph, autotune's model: 136 to 150 kB remain of range(1000), without its elements
MAX_EPOCHS_IN_BUFFER = 3  # kMaxEpochsInBuffer in tensorflow/core/kernels/data/shuffle_dataset_op.cc
AUTOTUNED_ELEMENTS = 2  # where prefetch(auto) starts, by get_model_proto; it grows only if the consumer waits
AUTOTUNED_THREADS = 2  # AUTOTUNE starts at min(16, cores); this is for 2 cores
MAX_AUTOTUNED_THREADS = 16

Origin = Literal["slice", "fresh", "shared"]


@dataclass(frozen=True)
class Component:
    """One tensor of an element, the image or the label.

    Args:
        payload_bytes: of its values.
        origin: "slice" of the source, "fresh" memory of its own, or "shared" with a cache that stands before.
    """

    payload_bytes: int
    origin: Origin

    @property
    def held_bytes(self) -> float:
        """The mean live bytes of one such tensor in a buffer, without the element's vector."""
        if self.origin == "shared":
            return 0
        copied = compute_copied_share(self.payload_bytes) if self.origin == "slice" else 1
        return compute_block_bytes(BUFFER_BYTES) + copied * compute_aligned_bytes(self.payload_bytes)


Element = tuple[Component, ...]


@dataclass(frozen=True)
class StageFootprint:
    """What one stage holds when it holds most: its text, the number of elements, live bytes."""

    stage: str
    num_elements: int
    held_bytes: int


@dataclass(frozen=True)
class Footprint:
    """What a pipeline holds when it holds most, in live heap bytes.

    Args:
        source_bytes: the one copy of the arrays, in ``from_tensor_slices`` or captured by ``map``.
        stages: one for each stage in order, and a last one where TensorFlow adds a prefetch of its own.
        iterator_bytes: what any iterator needs.
    """

    source_bytes: int
    stages: tuple[StageFootprint, ...]
    iterator_bytes: int = ITERATOR_BYTES

    @property
    def total_bytes(self) -> int:
        """Everything beyond the source arrays."""
        return self.iterator_bytes + sum(stage.held_bytes for stage in self.stages)


def compute_copied_share(slice_bytes: int) -> float:
    """The share, 0 to 1, of consecutive slices that are copied because they start off an aligned address."""
    return 1 - math.gcd(slice_bytes, ALIGNMENT_BYTES) / ALIGNMENT_BYTES


def compute_block_bytes(num_bytes: int) -> int:
    """The bytes of the heap that ``malloc(num_bytes)`` takes."""
    whole = -(-(num_bytes + HEADER_BYTES) // GRAIN_BYTES) * GRAIN_BYTES
    return max(whole, SMALLEST_BLOCK_BYTES)


def compute_aligned_bytes(num_bytes: int) -> int:
    """The mean bytes of the heap that the values of a tensor take."""
    return compute_block_bytes(num_bytes) + ALIGNED_SLACK_BYTES


def compute_element_bytes(element: Element) -> float:
    """The mean live bytes of one element in a buffer: its vector and what its components hold."""
    return compute_block_bytes(TENSOR_BYTES * len(element)) + sum(component.held_bytes for component in element)


def predict_live_bytes(spec: PipelineSpec, num_examples: int, *, num_threads: int = AUTOTUNED_THREADS) -> Footprint:
    """The live bytes that the pipeline's iterator and cache hold at the moment when they hold most.

    It is the default arm that is predicted, with TensorFlow's own rewrites: ``shuffle().repeat()`` as one stage over up
    to three epochs, ``map().batch()`` as one, and a prefetch added last.

    Args:
        spec: the pipeline.
        num_examples: in the source, at least 1.
        num_threads: of tf.data, the machine's cores; it matters for the few elements in flight only.
    """
    walk = _Walk(_source_element(spec), num_examples, min(num_threads, MAX_AUTOTUNED_THREADS))
    stages = spec.ordering.stages
    held = []
    for stage, following in zip(stages, (*stages[1:], None), strict=True):
        held.append(walk.enter(stage, following, spec))
    if _gets_prefetch(stages):
        held.append(walk.enter(Prefetch(AUTO), None, spec))
    return Footprint(num_examples * (IMAGE_BYTES + LABEL_BYTES), tuple(held))


def _source_element(spec: PipelineSpec) -> Element:
    if spec.ordering.starts_from_indices:
        return (Component(INT64_BYTES, "fresh"),)
    return Component(IMAGE_BYTES, "slice"), Component(LABEL_BYTES, "slice")


def _gets_prefetch(stages: tuple[Stage, ...]) -> bool:
    """True if TensorFlow adds a prefetch: unless the last stage already works on threads of its own."""
    last = stages[-1]
    fused = isinstance(last, Batch) and (last.parallel is not None or (len(stages) > 1 and isinstance(stages[-2], Map)))
    return not (fused or isinstance(last, Map | Prefetch))


@dataclass
class _Walk:
    """Goes through the stages with what one element is there and how many come in an epoch; None is endless."""

    element: Element
    num_elements: int | None
    num_threads: int

    def enter(self, stage: Stage, following: Stage | None, spec: PipelineSpec) -> StageFootprint:
        """What `stage` holds; the walk then stands behind it."""
        count, own_bytes = 0, 0
        match stage:
            case Shuffle():
                count = self._count_shuffled(stage, following)
                own_bytes = SLOT_BYTES * stage.buffer_size + INDEX_BYTES * _index_slots(count)
            case Cache():
                count = self.num_elements or 0  # the ordering has no endless cache
                own_bytes = SLOT_BYTES * _doubled(count)
            case Prefetch():
                count = self._limit(AUTOTUNED_ELEMENTS if stage.buffer_size == AUTO else stage.buffer_size)
            case Map():
                self.element = _mapped(self.element, spec)
                fused = isinstance(following, Batch) and following.parallel is None
                count = 0 if fused else self._limit(self._calls(stage.parallel or AUTO))
            case Batch():
                self._batch(stage)
                count = self._limit(self._calls(stage.parallel)) if stage.parallel else 0
            case Repeat():
                self.num_elements = _repeated(self.num_elements, stage)
            case Range():
                pass
        held_bytes = own_bytes + round(count * compute_element_bytes(self.element))
        if isinstance(stage, Cache):
            self.element = tuple(dataclasses.replace(component, origin="shared") for component in self.element)
        return StageFootprint(str(stage), count, held_bytes)

    def _limit(self, count: int) -> int:
        return count if self.num_elements is None else min(count, self.num_elements)

    def _calls(self, parallel: int | Auto) -> int:
        return self.num_threads if parallel == AUTO else parallel

    def _count_shuffled(self, stage: Shuffle, following: Stage | None) -> int:
        if self.num_elements is None or not isinstance(following, Repeat) or following.count == 1:
            return self._limit(stage.buffer_size)
        limit = MAX_EPOCHS_IN_BUFFER * self.num_elements + 1  # it stops after the first element of one epoch more
        if following.count is not None:
            limit = min(limit, following.count * self.num_elements)
        return min(stage.buffer_size, limit)

    def _batch(self, stage: Batch) -> None:
        size = stage.batch_size if self.num_elements is None else min(stage.batch_size, self.num_elements)
        self.element = tuple(Component(size * component.payload_bytes, "fresh") for component in self.element)
        if self.num_elements is not None:
            whole, rest = divmod(self.num_elements, stage.batch_size)
            self.num_elements = whole + (rest > 0 and not stage.drop_remainder)


def _mapped(element: Element, spec: PipelineSpec) -> Element:
    """The (image, label) after ``map``; an image that the model normalises is passed on as it came."""
    size = element[-1].payload_bytes // (INT64_BYTES if spec.ordering.starts_from_indices else LABEL_BYTES)
    label = Component(size * (NUM_CLASSES * FLOAT32_BYTES if spec.labels == "onehot" else INT64_BYTES), "fresh")
    if spec.normalize == "pipeline":
        return Component(size * IMAGE_BYTES * FLOAT32_BYTES, "fresh"), label
    if spec.ordering.starts_from_indices:
        return Component(size * IMAGE_BYTES, "fresh"), label
    return element[0], label


def _repeated(num_elements: int | None, stage: Repeat) -> int | None:
    return None if num_elements is None or stage.count is None else num_elements * stage.count


def _doubled(count: int) -> int:
    """The capacity of a vector that grew to `count` one by one, doubling."""
    return 1 << (count - 1).bit_length() if count else 0


def _index_slots(count: int) -> int:
    slots = 8
    while count > slots * INDEX_LOAD:
        slots *= 2
    return slots
