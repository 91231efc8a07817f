"""What a pipeline gives, and whether both sides of a gate do the same work: give the same, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reports.record.stored.checks import check_at_least, check_count, check_line

Shape = tuple[int | None, ...]
Agreement = Literal["bits", "tolerance", "shapes", "none"]
"""How far two sides agree: bit by bit, floats up to rounding, in all but the values, or not."""

# A float has 24 bits, 6e-8, and a program that rounds in another order is off by some of them; 1e-3 is a change.
TOLERANCE = 1e-5  # of a number of a profile, relative to itself
NEAR_ZERO = 1e-6  # likewise, relative to the mean: what is left where two numbers nearly cancel each other
ROUNDINGS = {"float16": 4e-3, "bfloat16": 3e-2}  # of types that have fewer bits: four units of their last place


@dataclass(frozen=True)
class Component:
    """One component of every example, all examples together.

    Args:
        name: Where it stands in an element, such as "0", "image" or "1.mask"; empty where an element is one tensor.
        dtype: TensorFlow's name of its type.
        shape: Shape of an example, with None for a dimension that varies; None where even the rank does.
        digest: Sum of the 64-bit hashes of the examples' bytes, which no order changes, in hexadecimal digits.
        profile: For floats, some positive numbers of every example, each kind of them sorted; equal up to rounding
            where the values are. Empty for other types.
        num_odd: Number of values that are no finite numbers, for which the profile has nothing.
    """

    name: str
    dtype: str
    shape: Shape | None
    digest: str
    profile: tuple[tuple[float, ...], ...] = ()
    num_odd: int = 0


@dataclass(frozen=True)
class Contents:
    """What a pipeline gives, from its beginning, as far as it was taken.

    Args:
        num_elements: Number of elements that were taken, the last one perhaps in part.
        num_examples: Number of examples in them.
        is_whole: True if the pipeline came to its end.
        batch_size: Most examples in an element; None where every element is an example.
        components: The components of an example.
        pairing: As `Component.digest`, of all components of an example together.
        pairing_profile: As `Component.profile`, of all of them together.
        declared_elements: Number of elements that the whole pipeline says it has; None where it does not know.
        declared_examples: Number of examples that the whole pipeline says it has; None where it does not know.
    """

    num_elements: int
    num_examples: int
    is_whole: bool
    batch_size: int | None
    components: tuple[Component, ...]
    pairing: str
    pairing_profile: tuple[float, ...] = ()
    declared_elements: int | None = None
    declared_examples: int | None = None

    def __post_init__(self) -> None:
        check_count("Contents.num_elements", self.num_elements)
        check_count("Contents.num_examples", self.num_examples)


@dataclass(frozen=True)
class Work:
    """What the comparison of two sides' examples said.

    Args:
        agreement: How far they agree.
        num_examples: Number of examples that were compared.
        is_whole: True if that was a whole epoch of both.
        differences: What differs, a line each; empty unless they do not agree.
        remarks: What else a reader should know, a line each.
        num_declared: Number of examples that both sides say they have; None where they do not say the same number.
    """

    agreement: Agreement
    num_examples: int
    is_whole: bool
    differences: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    num_declared: int | None = None

    def __post_init__(self) -> None:
        check_at_least("Work.num_examples", self.num_examples)
        for line in (*self.differences, *self.remarks):
            check_line("Work", line)
        if (self.agreement == "none") != bool(self.differences):
            raise ValueError(f"Work.differences must go with the agreement none, got {self.agreement}")

    @property
    def is_same(self) -> bool:
        """True if nothing speaks against timing the two sides beside each other."""
        return self.agreement != "none"


@dataclass(frozen=True)
class GatedPipeline:
    """A person's pipeline as a gate compared it.

    Args:
        case: Id of its case.
        text: The pipeline as its owner types it, with arguments.
        work: Whether both sides give the same; None where head gives nothing that could be compared.
        num_batches: Number of batches in a turn of either side; None where a turn is a whole epoch.
        failure: Which side gives nothing and why, in one line; empty if both give something.
    """

    case: str
    text: str
    work: Work | None
    num_batches: int | None = None
    failure: str = ""

    def __post_init__(self) -> None:
        check_line("GatedPipeline.failure", self.failure)
        if (self.work is None) != bool(self.failure):
            raise ValueError(f"GatedPipeline.work must be there unless there is a failure, got {self.failure!r}")
        check_line("GatedPipeline.case", self.case)
        check_line("GatedPipeline.text", self.text)


def compare_contents(base: Contents, head: Contents, *, by_values: bool = True) -> Work:
    """Whether two sides give the same examples.

    Order and batch size do not matter. Floats that are not equal bit by bit are the same if every number of their
    profiles is, up to rounding: one of 1000 examples that changed by 1e-3 of itself is found, and 1e-6 in all is not.

    Args:
        base: What base gives.
        head: What head gives, as far as base was taken.
        by_values: False to compare types, shapes and counts alone, for values that are random.
    """
    work = Work("bits", min(base.num_examples, head.num_examples), base.is_whole and head.is_whole)
    declared = base.declared_examples if base.declared_examples == head.declared_examples else None
    work = replace(work, remarks=tuple(_tell_batches(base, head)), num_declared=declared)
    differences = [*_compare_structure(base, head), *(_compare_counts(base, head) or _compare_declared(base, head))]
    if differences:
        return replace(work, agreement="none", differences=tuple(differences))
    if not by_values:
        return replace(work, agreement="shapes")
    agreements = [_compare_values(*each) for each in zip(base.components, head.components, strict=True)]
    wrong = [f"{name_component(base, n)}: other values" for n, each in enumerate(agreements) if each == "none"]
    if not wrong and not _are_paired_alike(base, head, exactly=all(each == "bits" for each in agreements)):
        wrong = ["the components belong together otherwise: each has the same values, but in other examples"]
    if wrong:
        return replace(work, agreement="none", differences=tuple(wrong))
    return replace(work, agreement="tolerance") if "tolerance" in agreements else work


def name_component(contents: Contents, number: int) -> str:
    """What a component is called in a sentence, such as ``component 0 (image)``."""
    name = contents.components[number].name
    return f"component {number}" if name in {"", str(number)} else f"component {number} ({name})"


def _compare_structure(base: Contents, head: Contents) -> list[str]:
    in_base, in_head = ([each.name for each in side.components] for side in (base, head))
    if in_base != in_head:
        return _compare_names(in_base, in_head)
    return [
        f"{name_component(base, number)}: {_tell_type(ours)} against {_tell_type(theirs)}"
        for number, (ours, theirs) in enumerate(zip(base.components, head.components, strict=True))
        if (ours.dtype, ours.shape) != (theirs.dtype, theirs.shape)
    ]


def _compare_names(in_base: Sequence[str], in_head: Sequence[str]) -> list[str]:
    lines = []
    for side, names, others in (("base", in_base, in_head), ("head", in_head, in_base)):
        only = [name or "the whole element" for name in names if name not in others]
        lines += [f"only in {side}: {', '.join(only)}"] if only else []
    counts = [f"{len(in_base)} components against {len(in_head)}"] if len(in_base) != len(in_head) else []
    return ["; ".join([*counts, *(lines or [f"{', '.join(in_base)} in base, {', '.join(in_head)} in head"])])]


def _compare_counts(base: Contents, head: Contents) -> list[str]:
    if base.num_examples == head.num_examples:
        return []
    return [f"{_tell_count(base)} examples against {_tell_count(head)}"]


def _compare_declared(base: Contents, head: Contents) -> list[str]:
    """What differs by the lengths that are known without reading; another batch size may drop others at the end."""
    if base.is_whole and head.is_whole:
        return []
    sizes = [each.batch_size or 1 for each in (base, head)]
    if base.declared_examples is not None and head.declared_examples is not None:
        missing = abs(base.declared_examples - head.declared_examples)
        is_same = not missing or (sizes[0] != sizes[1] and missing < max(sizes))
        return [] if is_same else [f"{base.declared_examples:,} examples against {head.declared_examples:,}"]
    ours, theirs = base.declared_elements, head.declared_elements
    is_same = ours is None or theirs is None or sizes[0] != sizes[1] or ours == theirs
    return [] if is_same else [f"{ours:,} batches against {theirs:,}"]


def _tell_count(contents: Contents) -> str:
    return f"{contents.num_examples:,}{'' if contents.is_whole else ' and more'}"


def _compare_values(base: Component, head: Component) -> Agreement:
    if base.digest == head.digest:
        return "bits"
    if not base.profile or base.num_odd != head.num_odd or len(base.profile) != len(head.profile):
        return "none"
    tolerance = max(TOLERANCE, ROUNDINGS.get(base.dtype, 0.0))
    alike = all(_are_near(*each, tolerance) for each in zip(base.profile, head.profile, strict=True))
    return "tolerance" if alike else "none"


def _are_paired_alike(base: Contents, head: Contents, *, exactly: bool) -> bool:
    if exactly:
        return base.pairing == head.pairing
    tolerance = max([TOLERANCE, *(ROUNDINGS.get(each.dtype, 0.0) for each in base.components)])
    return _are_near(base.pairing_profile, head.pairing_profile, tolerance)


def _are_near(ours: Sequence[float], theirs: Sequence[float], tolerance: float) -> bool:
    """True if two sorted lists are equal up to rounding, which cannot move a number further than it changes it."""
    if len(ours) != len(theirs):
        return False
    floor = NEAR_ZERO * sum(ours) / max(1, len(ours))
    return all(abs(one - two) <= tolerance * max(one, two) + floor for one, two in zip(ours, theirs, strict=True))


def _tell_batches(base: Contents, head: Contents) -> list[str]:
    if base.batch_size == head.batch_size:
        return []
    return [f"{_tell_size(base.batch_size)} against {_tell_size(head.batch_size)}: compared example by example"]


def _tell_size(batch_size: int | None) -> str:
    return "single examples" if batch_size is None else f"batches of {batch_size}"


def _tell_type(component: Component) -> str:
    return f"{component.dtype} {tell_shape(component.shape)}"


def tell_shape(shape: Shape | None) -> str:
    """A shape as TensorFlow writes it, such as ``(28, None)``."""
    if shape is None:
        return "of any shape"
    return f"({', '.join('None' if each is None else str(each) for each in shape)}{',' if len(shape) == 1 else ''})"
