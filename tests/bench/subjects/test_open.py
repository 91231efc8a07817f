"""Subjects: an ordering's way to data and back, and what opens."""

from dataclasses import replace

import numpy as np
import pytest
from easy_digits import make_digits

from bench.subjects.digits import OpenedOrdering
from bench.subjects.open import open_subject
from bench.subjects.orderings import describe_ordering, parse_subject
from mnist_core.language.errors import InputError
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec
from reports.record.case import Subject

TEXT = "shuffle(10).map().batch(8)"
SPEC = PipelineSpec(parse_ordering(TEXT))
POST = Subject("ordering", "mine", TEXT, reference="post")


@pytest.mark.parametrize(
    ("spec", "options"),
    [
        (SPEC, ()),
        (replace(SPEC, seed=5), ()),
        (replace(SPEC, labels="sparse", source="png"), (("labels", "sparse"), ("source", "png"))),
        (replace(SPEC, normalize="model", function="numpy"), (("normalize", "model"), ("function", "numpy"))),
    ],
)
def test_a_subject_holds_what_sets_a_spec_apart_and_gives_the_spec_back(spec: PipelineSpec, options) -> None:
    subject = describe_ordering("mine", spec)
    assert subject == replace(POST, options=options)
    assert parse_subject(subject) == replace(spec, seed=0), "the seed belongs to a turn"


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (replace(POST, text="shuffle(0).batch(1)"), r"shuffle\(buffer_size\) must be an int >= 1"),
        (replace(POST, options=(("colour", "red"),)), "an ordering has no option colour: there are labels, normalize"),
        (replace(POST, options=(("labels", "many"),)), "PipelineSpec.labels must be one of"),
    ],
)
def test_what_is_no_ordering_is_refused(subject: Subject, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_subject(subject)


def test_a_kind_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"^subject kind must be one of ordering, pipeline, run, graph, got 'none'.$"):
        open_subject(replace(POST, kind="none"), "auto")


def test_an_ordering_opens_over_the_digits_of_a_source(digits_file: str) -> None:
    opened = open_subject(POST, digits_file, num_examples=20)
    assert isinstance(opened, OpenedOrdering)
    assert [batch[0].shape[0] for batch in opened.open()] == [8, 8, 4]
    assert (opened.num_batches, opened.batch_size, opened.shuffle_sizes) == (3, 8, (10,))
    assert len(opened.data_fingerprint) == 64


def test_another_seed_shuffles_otherwise() -> None:
    numbered = OpenedOrdering(SPEC, make_digits(40, 5)).number_examples()
    orders = [
        np.concatenate([numbered.read_numbers(batch) for batch in numbered.build(seed=seed)]).tolist()
        for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[2]) == list(range(40))
    assert (np.diff(numbered.labels.astype(int)) >= 0).all()
