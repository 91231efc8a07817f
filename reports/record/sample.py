"""What one turn took, and what disturbed it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.record.stored.checks import check_count, check_share

UNKNOWN_COUNTS = (
    *("first_batch_ns", "busy_ns", "involuntary_switches", "run_queue_wait_ns", "foreign_cpu_ns"),
    "unsynced_ns",
    "first_batch_cpu_ns",
)  # of a sample; they may be None
COUNTS = ("wall_ns", "cpu_ns", "num_examples", *UNKNOWN_COUNTS)
MIN_JUDGED_NS = 200_000_000  # the system counts in ticks, which would call a shorter turn contaminated by chance


@dataclass(frozen=True)
class Mixing:
    """How well a pass over the data was shuffled, 0 (unmoved) to 1 (a uniform permutation), see `reports.stats.mixing`.

    Args:
        displacement: Score of how far the examples moved from their places.
        label_runs: Score of how often the label changes, where the data came sorted by label.
    """

    displacement: float
    label_runs: float

    def __post_init__(self) -> None:
        for name in ("displacement", "label_runs"):
            check_share(f"Mixing.{name}", getattr(self, name))


@dataclass(frozen=True)
class MixingReading:
    """How well a pipeline mixes its examples, read apart from its turns.

    Args:
        passes: Scores of each pass; as labels count ten that its data might come sorted by.
        num_examples: Number of examples that were known again in a pass: of an epoch, or of its beginning.
        is_whole: True if that is a whole epoch.
        why: Why there is no score, in words; empty where there is one.
        reading_ns: How long the reading took.
    """

    passes: tuple[Mixing, ...]
    num_examples: int
    is_whole: bool = True
    why: str = ""
    reading_ns: int = 0

    def __post_init__(self) -> None:
        for name in ("num_examples", "reading_ns"):
            check_count(f"MixingReading.{name}", getattr(self, name))


@dataclass(frozen=True)
class Cold:
    """How cold a turn was.

    Args:
        num_files: Number of files that were found and dropped from the page cache before it.
        num_bytes: Their sizes.
        dropped_bytes: How much of them was in the page cache, and is no longer.
        kept_bytes: How much of them stayed there.
        asked_bytes: Bytes that the process then read; None where the system does not count.
        disk_bytes: How much of that came from a disk, what was read ahead included; None likewise.
    """

    num_files: int
    num_bytes: int
    dropped_bytes: int
    kept_bytes: int
    asked_bytes: int | None = None
    disk_bytes: int | None = None

    def __post_init__(self) -> None:
        for name in ("num_files", "num_bytes", "dropped_bytes", "kept_bytes", "asked_bytes", "disk_bytes"):
            if getattr(self, name) is not None:
                check_count(f"Cold.{name}", getattr(self, name))


@dataclass(frozen=True)
class Sample:
    """One turn: a fresh iterator and one whole epoch, or one training.

    Args:
        wall_ns: Time from the making of the iterator to the last batch.
        cpu_ns: CPU time that all threads of the process used in that time.
        first_batch_ns: Time from the making of the iterator to the first batch; None where Keras makes the iterator.
        num_examples: Examples that arrived, counted from the batches.
        busy_ns: Time in which the consumer computed; None for a consumer that only takes.
        involuntary_switches: How often the system took a core away from the process.
        run_queue_wait_ns: Time in which threads of the process were ready and waited for a core.
        foreign_cpu_ns: CPU time that everybody else used, stolen time included, all cores together.
        contaminated: True if the others used more than a rule, fixed in advance, allows; turns shorter than
            `MIN_JUDGED_NS` are never called so.
        accuracy: Accuracy on the test set, 0 to 1, of the model that the turn trained; None where it trains none.
        mixing: How well the epoch was shuffled; None where nobody asked.
        unsynced_ns: Time to the moment at which the last call had returned and the device had not been waited for yet:
            what the turn would seem to take without synchronisation. None where no call leaves work behind.
        helpers_cpu_ns: CPU time that other processes of the subject used meanwhile, such as workers of a service, by
            their names; empty where the case's own process does all.
        num_set_apart: Examples of the first batch, which rate and CPU time leave out together with what precedes it,
            where turns are parts of an epoch; None where a turn is a whole epoch.
        cold: How cold a turn was before which a person's files were dropped from the page cache; None for any other.
        first_batch_cpu_ns: CPU time up to the first batch; None where nobody took it.
    """

    wall_ns: int
    cpu_ns: int
    first_batch_ns: int | None
    num_examples: int
    busy_ns: int | None = None
    involuntary_switches: int | None = None
    run_queue_wait_ns: int | None = None
    foreign_cpu_ns: int | None = None
    contaminated: bool = False
    accuracy: float | None = None
    mixing: Mixing | None = None
    unsynced_ns: int | None = None
    helpers_cpu_ns: tuple[tuple[str, int], ...] = ()
    num_set_apart: int | None = None
    cold: Cold | None = None
    first_batch_cpu_ns: int | None = None

    def __post_init__(self) -> None:
        for name in COUNTS:
            value = getattr(self, name)
            if value is None and name in UNKNOWN_COUNTS:
                continue
            check_count(f"Sample.{name}", value)
        if self.num_set_apart is not None:
            check_count("Sample.num_set_apart", self.num_set_apart)
        for name, cpu_ns in self.helpers_cpu_ns:
            check_count(f"Sample.helpers_cpu_ns of {name}", cpu_ns)
        if type(self.contaminated) is not bool:
            raise ValueError(f"Sample.contaminated must be bool, got {self.contaminated!r}.")
        if self.accuracy is not None:
            check_share("Sample.accuracy", self.accuracy)
        if self.wall_ns == 0 or self.num_examples == 0:
            raise ValueError("Sample.wall_ns and Sample.num_examples must be above 0.")


@dataclass(frozen=True)
class Turn:
    """A sample, and when and by whom it was taken.

    Args:
        round: Number of the round in which it was measured; turns of one round belong together.
        sample: What was measured.
        process: Number of the process that took it, from 0, where several measured the case.
    """

    round: int
    sample: Sample
    process: int = 0

    def __post_init__(self) -> None:
        for name in ("round", "process"):
            check_count(f"Turn.{name}", getattr(self, name))
