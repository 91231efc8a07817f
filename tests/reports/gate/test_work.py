"""The same work: what two readings have to have in common, and what is said of each way in which they differ."""

import math
from dataclasses import replace

import pytest

from reports.gate.work import NEAR_ZERO, TOLERANCE, Component, Contents, GatedPipeline, Work, compare_contents

FLOATS = tuple(1.0 + number / 1000 for number in range(1000))
IMAGE = Component("image", "float32", (28, 28), "a" * 16, (FLOATS,))
LABEL = Component("label", "int64", (), "b" * 16)
BASE = Contents(32, 1000, True, 32, (IMAGE, LABEL), "c" * 16, FLOATS)


def change(number: int = 0, **fields: object) -> Contents:
    """Base with another component."""
    components = [replace(each, **fields) if at == number else each for at, each in enumerate(BASE.components)]
    return replace(BASE, components=tuple(components))


def scale(factor: float, place: int | None = None) -> Contents:
    """Base with its floats, or those of one example, that much larger: other bits, and another profile."""
    scaled = [value * factor if place in {None, at} else value for at, value in enumerate(FLOATS)]
    moved = tuple(sorted(scaled))
    return replace(change(0, digest="d" * 16, profile=(moved,)), pairing="e" * 16, pairing_profile=moved)


def test_the_same_contents_are_the_same_work() -> None:
    assert compare_contents(BASE, BASE) == Work("bits", 1000, True)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (change(0, dtype="uint8", profile=()), "component 0 (image): float32 (28, 28) against uint8 (28, 28)"),
        (change(0, shape=(28, None)), "component 0 (image): float32 (28, 28) against float32 (28, None)"),
        (change(0, shape=None), "component 0 (image): float32 (28, 28) against float32 of any shape"),
        (change(1, shape=(1,)), "component 1 (label): int64 () against int64 (1,)"),
        (change(1, digest="f" * 16), "component 1 (label): other values"),
        (change(0, name="picture"), "only in base: image; only in head: picture"),
        (replace(BASE, components=(LABEL,)), "2 components against 1; only in base: image"),
        (replace(BASE, components=(LABEL, IMAGE)), "image, label in base, label, image in head"),
        (replace(BASE, num_examples=999), "1,000 examples against 999"),
        (replace(BASE, num_examples=2000, is_whole=False), "1,000 examples against 2,000 and more"),
        (
            replace(BASE, pairing="f" * 16),
            "the components belong together otherwise: each has the same values, but in other examples",
        ),
        (change(0, digest="d" * 16, num_odd=1), "component 0 (image): other values"),
        (change(0, digest="d" * 16, profile=(FLOATS, FLOATS)), "component 0 (image): other values"),
        (change(0, digest="d" * 16, profile=(FLOATS[1:],)), "component 0 (image): other values"),
    ],
)
def test_every_difference_is_said(head: Contents, said: str) -> None:
    work = compare_contents(BASE, head)
    assert (work.agreement, work.differences) == ("none", (said,))
    assert not work.is_same


def test_several_differences_are_all_said() -> None:
    head = replace(change(0, dtype="uint8", profile=()), num_examples=10)
    assert compare_contents(BASE, head).differences == (
        "component 0 (image): float32 (28, 28) against uint8 (28, 28)",
        "1,000 examples against 10",
    )


@pytest.mark.parametrize("place", [0, 500, 999])
def test_a_change_of_a_thousandth_in_one_of_a_thousand_examples_is_found(place: int) -> None:
    assert compare_contents(BASE, scale(1.001, place)).differences == ("component 0 (image): other values",)


def test_a_change_of_a_millionth_in_all_examples_is_forgiven() -> None:
    work = compare_contents(BASE, scale(1 + 1e-6))
    assert (work.agreement, work.is_same) == ("tolerance", True)


@pytest.mark.parametrize(("share", "agreement"), [(0.9, "tolerance"), (1.1, "none")])
def test_the_tolerance_is_where_it_says(share: float, agreement: str) -> None:
    largest = (TOLERANCE * FLOATS[-1] + NEAR_ZERO * math.fsum(FLOATS) / 1000) * share
    head = scale(1 + largest / FLOATS[-1], 999)
    assert compare_contents(BASE, head).agreement == agreement


@pytest.mark.parametrize(("dtype", "factor"), [("float16", 1.003), ("bfloat16", 1.02)])
def test_types_with_fewer_bits_are_forgiven_more(dtype: str, factor: float) -> None:
    head = scale(factor)
    assert compare_contents(BASE, head).agreement == "none"
    few = [replace(each, components=(replace(each.components[0], dtype=dtype), LABEL)) for each in (BASE, head)]
    assert compare_contents(*few).agreement == "tolerance"


def test_floats_within_the_tolerance_that_belong_to_other_labels_are_found() -> None:
    head = replace(scale(1 + 1e-6), pairing_profile=tuple(value * 1.1 for value in FLOATS))
    assert compare_contents(BASE, head).differences == (
        "the components belong together otherwise: each has the same values, but in other examples",
    )


@pytest.mark.parametrize(
    ("size", "said"),
    [(64, "batches of 32 against batches of 64"), (None, "batches of 32 against single examples")],
)
def test_another_batch_size_alone_is_the_same_work_and_is_said(size: int | None, said: str) -> None:
    work = compare_contents(BASE, replace(BASE, batch_size=size))
    assert work.is_same
    assert work.remarks == (f"{said}: compared example by example",)


def test_without_values_types_and_counts_still_count() -> None:
    other = scale(2.0)
    assert compare_contents(BASE, other, by_values=False).agreement == "shapes"
    assert not compare_contents(BASE, replace(other, num_examples=2), by_values=False).is_same
    assert not compare_contents(BASE, change(0, dtype="uint8"), by_values=False).is_same


def test_a_part_of_an_epoch_is_no_whole_one() -> None:
    work = compare_contents(replace(BASE, is_whole=False), BASE)
    assert (work.is_same, work.is_whole, work.num_examples) == (True, False, 1000)


def declare(num_examples: int | None, num_elements: int | None = None, batch_size: int | None = 32) -> Contents:
    """Base as the beginning of so many examples."""
    return replace(
        BASE,
        is_whole=False,
        batch_size=batch_size,
        declared_examples=num_examples,
        declared_elements=num_elements,
    )


@pytest.mark.parametrize(
    ("base", "head", "said"),
    [
        (declare(200_000), declare(190_000), ("200,000 examples against 190,000",)),
        (declare(2001), declare(2000), ("2,001 examples against 2,000",)),
        (declare(2063), declare(2000, batch_size=64), ()),
        (declare(2064), declare(2000, batch_size=64), ("2,064 examples against 2,000",)),
        (declare(200_000), declare(None), ()),
        (declare(None, 6250), declare(190_000, 5938), ("6,250 batches against 5,938",)),
        (declare(None, 6250), declare(None, 3125, batch_size=64), ()),
        (declare(None, 6250), declare(None), ()),
        (
            declare(200_000),
            replace(declare(190_000), num_examples=999),
            ("1,000 and more examples against 999 and more",),
        ),
    ],
)
def test_what_was_not_read_is_compared_by_what_both_sides_say_of_its_length(
    base: Contents, head: Contents, said: tuple[str, ...]
) -> None:
    assert compare_contents(base, head).differences == said
    assert compare_contents(base, head, by_values=False).differences == said


def test_what_was_read_to_its_end_was_counted_whatever_it_says() -> None:
    base, head = (replace(declare(number), is_whole=True) for number in (1000, 900))
    assert compare_contents(base, head).is_same


def test_a_length_is_told_where_both_sides_say_the_same() -> None:
    assert compare_contents(declare(200_000), declare(200_000)).num_declared == 200_000
    assert compare_contents(declare(2063), declare(2000, batch_size=64)).num_declared is None


def test_a_component_without_a_name_is_called_by_its_number() -> None:
    one = Contents(1, 1, True, None, (replace(LABEL, name=""),), "c" * 16)
    other = replace(one, components=(replace(LABEL, name="", dtype="int32"),))
    assert compare_contents(one, other).differences == ("component 0: int64 () against int32 ()",)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Work("bits", 1, True, ("other values",)), "must go with the agreement none, got bits"),
        (lambda: Work("none", 1, True), "must go with the agreement none, got none"),
        (lambda: Work("bits", -1, True), "Work.num_examples"),
        (lambda: GatedPipeline("a\nb", "x.py:y", Work("bits", 1, True)), "GatedPipeline.case"),
        (lambda: replace(BASE, num_examples=-1), "Contents.num_examples"),
    ],
)
def test_what_cannot_be_is_refused(make, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make()
