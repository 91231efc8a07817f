"""What a user asks for, and the case of one ordering in one arm."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.consumers.registry import check_case
from bench.machine.cores import count_cores
from bench.pipelines.arms import RAW, Arm
from bench.subjects.orderings import describe_ordering
from mnist_core import NAMED_ORDERINGS, Device, InputError, PipelineSpec, find_ordering
from reports.record.case import DEFAULT, Case, Subject

OWN, OWN_DIGITS = "own", 4  # how an ordering is called that a user gave no name: own_ and the beginning of a hash
RAW_PREFETCH = 2  # what prefetch(auto) starts with; with autotune off it would still tune itself


@dataclass(frozen=True)
class Selection:
    """What a user asks for.

    Args:
        orderings: Names or texts of orderings beside the named ones.
        arms: Arms in which every ordering is measured.
        num_examples: Number of examples in a drained epoch; None is the whole training set.
        step_ms: How long the emulated accelerator computes on a batch.
        python_loop: True to take the batches in a Python loop too.
        devices: Kinds of device to measure on; what runs on the CPU alone is measured if it is among them.
        claims: Which claims' own cases are measured, such as "C19,C20"; "all" are all, None is none.
        traces: True to capture traces.
        subjects: Pipelines of a person's own, and orderings beside them, to measure instead of all that is ours.
        model: Where a person's own compiled model is found that is trained on these; None trains none.
        cold: True to measure these with their files dropped from the page cache, too.
    """

    orderings: Sequence[str] = ()
    arms: Sequence[Arm] = (DEFAULT, RAW)
    num_examples: int | None = None
    step_ms: float = 2.0
    python_loop: bool = False
    devices: Sequence[Device] = ("cpu",)
    claims: str | None = None
    traces: bool = False
    subjects: Sequence[Subject] = ()
    model: str | None = None
    cold: bool = False

    @property
    def own_names(self) -> list[str]:
        """What `build_case` takes for the orderings that a user added, each with a name that ``-k`` can select.

        Raises:
            InputError: One is no ordering, or two have the same name.
        """
        tidied = list(dict.fromkeys(_tidy(text) for text in self.orderings))
        counts = Counter(split_named(each)[0] for each in tidied)
        if twice := [name for name, count in counts.items() if count > 1]:
            raise InputError(f"two orderings are named '{twice[0]}': give each a name of its own.")
        return tidied

    @property
    def names(self) -> list[str]:
        """All named orderings, and those that a user added."""
        return list(dict.fromkeys([*NAMED_ORDERINGS, *self.own_names]))

    @property
    def reads_digits(self) -> bool:
        """False where all that is measured reads its own data."""
        return not self.subjects or not all(subject.reads_own_data for subject in self.subjects)


def _tidy(given: str) -> str:
    """A name of ours, or a text in the form in which it is printed, with the name that it was given or a short one."""
    name, text = split_named(given)
    if text in NAMED_ORDERINGS:
        return given
    printed = str(find_ordering(text))
    return f"{_shorten(printed) if name == text else name}={printed}"


def _shorten(text: str) -> str:
    """A name for an ordering that has none: short, a word for ``-k``, and the same in every run."""
    return f"{OWN}_{hashlib.sha256(text.encode()).hexdigest()[:OWN_DIGITS]}"


def split_named(text: str) -> tuple[str, str]:
    """The name and the text of an ordering that a user gives: ``mine=shuffle(1000).batch(32).map()``.

    Without a name, the ordering is called by its text.

    Raises:
        InputError: The name is one of ours.
    """
    name, equals, chain = text.partition("=")
    name = name.strip()
    if not equals or not name.isidentifier() or name in chain.partition(".")[0].split():
        return text, text
    if name in NAMED_ORDERINGS:
        raise InputError(f"an ordering of ours is named '{name}': give yours another name.")
    return name, chain.strip()


def build_case(
    name: str,
    consumer: str = "drain",
    *,
    arm: Arm = DEFAULT,
    num_examples: int | None = None,
    step_ms: float | None = None,
    reference: str | None = None,
) -> Case:
    """The case of an ordering by name or text; the raw arm has numbers where the ordering says auto.

    Args:
        name: Name or text of the ordering; a text may have a name of its own in front, as ``mine=batch(32).map()``.
        consumer: Who takes the batches, as `Case` has it.
        arm: Set of TensorFlow's rewrites that the pipeline runs with.
        num_examples: Number of examples that make an epoch; None takes all.
        step_ms: How long an emulated accelerator computes on a batch.
        reference: Name of the ordering that ratios are to; None is the post's.

    Raises:
        InputError: There is no such ordering or arm, or the consumer needs something else.

    Example:
        >>> build_case("post", "emulated", step_ms=2).id
        'post-emulated-2ms-default-cpu'
    """
    name, text = split_named(name)
    ordering = find_ordering(text)
    if arm == RAW:
        ordering = ordering.with_numbers(parallel=count_cores(), prefetch=RAW_PREFETCH)
    subject = describe_ordering(name, PipelineSpec(ordering))
    if reference is not None:
        subject = replace(subject, reference=reference)
    case = Case(subject, consumer, arm, num_examples=num_examples, step_ms=step_ms)
    check_case(case)
    return case
