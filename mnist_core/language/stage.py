"""A stage of a tf.data pipeline: its name and its arguments in tf.data's own words, checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from mnist_core.language.errors import InputError

Auto = Literal["auto"]
Argument = int | bool | str | None

AUTO: Auto = "auto"
MAX_ELEMENTS = 10**12  # TensorFlow crashes on buffers near 2**63 elements; no data set here comes near this
MAX_PARALLEL = 1024  # threads; TensorFlow aborts on absurd numbers


def check_count(name: str, value: object, *, minimum: int = 1) -> None:
    """Raise InputError unless `value` is an int in [minimum, 10**12]; True and False are not counts."""
    if type(value) is not int or value < minimum:
        raise InputError(f"{name} must be an int >= {minimum}, got {value!r}.")
    if value > MAX_ELEMENTS:
        raise InputError(f"{name} must be at most {MAX_ELEMENTS}, got {value}.")


def _check_count_or_auto(name: str, value: object, maximum: int) -> None:
    if value != AUTO and (type(value) is not int or not 1 <= value <= maximum):
        raise InputError(f"{name} must be an int from 1 to {maximum} or auto, got {value!r}.")


def _check_parallel(stage: str, parallel: object, deterministic: object) -> None:
    if parallel is not None:
        _check_count_or_auto(f"{stage}(parallel)", parallel, MAX_PARALLEL)
    if deterministic is not None:
        check_flag(f"{stage}(deterministic)", deterministic)
        if parallel is None:
            raise InputError(f"{stage}(deterministic={deterministic}) has no effect alone: add parallel=auto.")


def check_flag(name: str, value: object) -> None:
    """Raise InputError unless `value` is True or False."""
    if type(value) is not bool:
        raise InputError(f"{name} must be True or False, got {value!r}.")


@dataclass(frozen=True)
class Range:
    """The source counts 0, 1, 2, ...; ``map`` then gathers the examples that the numbers name."""

    name: ClassVar[str] = "range"


@dataclass(frozen=True)
class Cache:
    """Keep the elements in memory after the first whole pass.

    Example:
        >>> Cache() in parse_ordering("cache().batch(32)").stages
        True
    """

    name: ClassVar[str] = "cache"


@dataclass(frozen=True)
class Shuffle:
    """Draw elements at random from a buffer of `buffer_size` elements.

    Example:
        >>> Shuffle(1000, seed=1) in parse_ordering("shuffle(1000, seed=1).batch(32)").stages
        True
    """

    name: ClassVar[str] = "shuffle"
    buffer_size: int
    seed: int | None = None
    reshuffle_each_iteration: bool = True

    def __post_init__(self) -> None:
        check_count("shuffle(buffer_size)", self.buffer_size)
        if self.seed is not None:
            check_count("shuffle(seed)", self.seed, minimum=0)
        check_flag("shuffle(reshuffle_each_iteration)", self.reshuffle_each_iteration)


@dataclass(frozen=True)
class Map:
    """Prepare an element, or a whole batch where it stands after ``batch``, for the model."""

    name: ClassVar[str] = "map"
    parallel: int | Auto | None = None
    deterministic: bool | None = None

    def __post_init__(self) -> None:
        _check_parallel(self.name, self.parallel, self.deterministic)


@dataclass(frozen=True)
class Batch:
    """Stack `batch_size` elements into one."""

    name: ClassVar[str] = "batch"
    batch_size: int
    drop_remainder: bool = False
    parallel: int | Auto | None = None
    deterministic: bool | None = None

    def __post_init__(self) -> None:
        check_count("batch(batch_size)", self.batch_size)
        check_flag("batch(drop_remainder)", self.drop_remainder)
        _check_parallel(self.name, self.parallel, self.deterministic)


@dataclass(frozen=True)
class Prefetch:
    """Produce up to `buffer_size` elements ahead of the consumer, on a thread of its own.

    Example:
        >>> Prefetch("auto") in parse_ordering("batch(32).prefetch(auto)").stages
        True
    """

    name: ClassVar[str] = "prefetch"
    buffer_size: int | Auto

    def __post_init__(self) -> None:
        _check_count_or_auto("prefetch(buffer_size)", self.buffer_size, MAX_ELEMENTS)


@dataclass(frozen=True)
class Repeat:
    """Pass over the data `count` times; None is for ever."""

    name: ClassVar[str] = "repeat"
    count: int | None = None

    def __post_init__(self) -> None:
        if self.count is not None:
            check_count("repeat(count)", self.count)


Stage = Range | Cache | Shuffle | Map | Batch | Prefetch | Repeat
STAGES: dict[str, type[Stage]] = {stage.name: stage for stage in (Range, Cache, Shuffle, Map, Batch, Prefetch, Repeat)}
