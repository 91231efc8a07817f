"""What is known about each kind of tf.data stage: what a caller waits for in it, and what makes it faster."""

from __future__ import annotations

import re
from dataclasses import dataclass

VERSION = re.compile(r"(V\d+)$")  # BatchV2 and ParallelBatch are told apart by the rest of the name
INPUT_MARK = ":"  # between the number of a zip's input and the stage there
MOST_STAGES = 100  # of a chain that is told apart; a longer name is a damaged file's
IMPLEMENTATION = "Impl"  # a cache calls its inner iterator MemoryCacheImpl


@dataclass(frozen=True)
class StageKind:
    """What is known about a kind of stage.

    Args:
        waits_for: What a caller waits for in it, to be read after "it waited for".
        advice: What to do when it is the slowest stage, to be read after "to do:".
        works_ahead: True if it works before it is asked, on threads of its own.
    """

    waits_for: str
    advice: str
    works_ahead: bool = False


OTHER = StageKind("its own work", "make it cheaper, or cache() its result")
READING = StageKind(
    "reading its files", "read several files at once: interleave(..., num_parallel_calls=tf.data.AUTOTUNE)"
)
FUNCTION = "its function"
PARALLEL = "call the function on whole batches (batch before map), make it cheaper, or cache() its result"
UNSEEN_INPUT = "(unseen input)"  # of a prefetch, where the trace holds no call of it
KINDS = {
    UNSEEN_INPUT: StageKind(
        "calls that the trace does not hold, as of one that was under way when the capture began",
        "capture more steps, in which that stage is called anew",
    ),
    "Map": StageKind(FUNCTION, f"run it in parallel (num_parallel_calls=tf.data.AUTOTUNE), or {PARALLEL}"),
    "ParallelMap": StageKind(FUNCTION, PARALLEL, works_ahead=True),
    "MapAndBatch": StageKind("its function, for every example of a batch", PARALLEL, works_ahead=True),
    "Filter": StageKind("its predicate", "filter once and cache() the result"),
    "ParallelFilter": StageKind("its predicate", "filter once and cache() the result", works_ahead=True),
    "Scan": StageKind(FUNCTION, "make it cheaper: in a loop inside tf.function it holds the loop's body"),
    "FlatMap": StageKind("the datasets that its function makes", "read them with interleave in parallel"),
    "Interleave": StageKind("the datasets that it interleaves", "give it num_parallel_calls=tf.data.AUTOTUNE"),
    "ParallelInterleave": StageKind("the datasets that it interleaves", "raise its cycle_length", works_ahead=True),
    "Generator": StageKind(
        "the Python generator or function that makes its elements",
        "replace the generator: from_tensor_slices, TFRecord files, or cache() after it; Python runs one at a time",
    ),
    "Batch": StageKind("copying examples into a batch", "give fewer, larger elements to it, or num_parallel_calls"),
    "ParallelBatch": StageKind("copying examples into a batch", "give fewer, larger elements to it", works_ahead=True),
    "PaddedBatch": StageKind("copying examples into a batch", "bucket by length, so that less is padded"),
    "Shuffle": StageKind("filling its buffer", "shuffle small elements: paths or raw bytes, before map"),
    "ShuffleAndRepeat": StageKind("filling its buffer", "shuffle small elements: paths or raw bytes, before map"),
    "Prefetch": StageKind(
        "the handover from its own thread",
        "the stages before it keep up; give it a larger buffer, or leave it more of the processor",
        works_ahead=True,
    ),
    "MemoryCache": StageKind("filling or reading the cache", "nothing, in a first epoch; else put batch before cache"),
    "FileCache": StageKind("writing or reading the cache's file", "cache in memory, or put batch before cache"),
    "TFRecord": READING,
    "TextLine": READING,
    "FixedLengthRecord": READING,
    "DataService": StageKind(
        "the workers of the tf.data service", "give it more workers, or make what they run faster", works_ahead=True
    ),
    "TensorSlice": StageKind("copying a slice", "slice whole batches: gather by index, batch before map"),
    "Root": StageKind("the thread pool and the options", "nothing"),
}
SEVERAL_INPUTS = frozenset({"Zip", "Concatenate", "DirectedInterleave", "ParallelZip"})  # each input is a stage apart
HAND_ON = frozenset(  # nobody waits in them: they count or set options, and hand on what the next stage gives
    {
        "Root",
        "Model",
        "Zip",
        "Range",
        "Options",
        "PrivateThreadPool",
        "MaxIntraOpParallelism",
        "FiniteTake",
        "FiniteRepeat",
        "ForeverRepeat",
    }
)
MAY_BRANCH = SEVERAL_INPUTS | {
    "FlatMap",
    "Interleave",
    "ParallelInterleave",
}  # the function may make different datasets


def find_kind(name: str) -> StageKind:
    """What is known about a stage with this name; a version at its end does not matter."""
    return KINDS.get(strip_version(name), OTHER)


def strip_version(name: str) -> str:
    """ParallelMap for ParallelMapV2, and likewise; the number of a zip's input goes too."""
    return VERSION.sub("", name.rpartition(INPUT_MARK)[2])


def split_path(event_name: str) -> tuple[str, ...]:
    """The stages in an event's name, the root first: Iterator::Root::BatchV2::Map is Root, BatchV2, Map.

    Which of its datasets a flat_map or an interleave is at, does not matter; the inputs of a zip are stages apart:
    Zip[1]::Map is Zip, 1:Map.
    """
    path: list[str] = []
    prefix = ""
    for part in event_name.split("::")[1 : MOST_STAGES + 1]:
        name, _, number = part.partition("[")
        name = name.removesuffix(IMPLEMENTATION)
        path.append(prefix + name)
        prefix = f"{number.rstrip(']')}{INPUT_MARK}" if number and strip_version(name) in SEVERAL_INPUTS else ""
    return tuple(path)
