"""What an ordering says, as values that can be compared across orderings: columns for people who look for patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_core.language.errors import InputError
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.stage import Batch, Prefetch, Repeat, Shuffle, Stage

ABSENT = "none"
FIRST = "source"  # what the first stage follows


@dataclass(frozen=True)
class Features:
    """An ordering in numbers and words.

    Args:
        batch_size: Examples in a batch; 0 where the text is no ordering.
        shuffle_buffer: Elements in the first shuffle buffer; 0 without a shuffle.
        prefetch: What the first prefetch says, such as "auto" or "10"; "none" without a prefetch.
        map_after: Stage that map follows; "source" if map is the first, "none" if there is no map.
        cache_after: Stage that the first cache follows; "source" if it is the first, "none" if there is no cache.
        prefetch_after: Stage that the first prefetch follows; "source" if it is the first, "none" if there is none.
        repeats: True if more than one epoch can come from one iterator.
    """

    batch_size: int = 0
    shuffle_buffer: int = 0
    prefetch: str = ABSENT
    map_after: str = ABSENT
    cache_after: str = ABSENT
    prefetch_after: str = ABSENT
    repeats: bool = False


def find_features(text: str) -> Features:
    """The features of an ordering such as ``shuffle(60000).map().batch(32)``; all absent where the text is none."""
    try:
        stages = parse_ordering(text).stages
    except InputError:
        return Features()
    return Features(
        batch_size=next(stage.batch_size for stage in stages if isinstance(stage, Batch)),
        shuffle_buffer=next((stage.buffer_size for stage in stages if isinstance(stage, Shuffle)), 0),
        prefetch=next((str(stage.buffer_size) for stage in stages if isinstance(stage, Prefetch)), ABSENT),
        map_after=_find_stage_before(stages, "map"),
        cache_after=_find_stage_before(stages, "cache"),
        prefetch_after=_find_stage_before(stages, "prefetch"),
        repeats=any(isinstance(stage, Repeat) for stage in stages),
    )


def _find_stage_before(stages: Sequence[Stage], name: str) -> str:
    names = [FIRST, *(stage.name for stage in stages)]
    return names[names.index(name) - 1] if name in names else ABSENT
