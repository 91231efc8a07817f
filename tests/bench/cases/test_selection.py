"""What a user asks for: orderings by name, by text, or by code with a name in front."""

import pytest

from bench.cases.selection import Selection, build_case
from bench.subjects.pipeline_text import describe_pipeline
from mnist_core import InputError


@pytest.mark.parametrize(
    ("given", "name", "text"),
    [
        ("mine=shuffle(9).batch(2).map()", "mine", "shuffle(9).batch(2).map()"),
        (" mine = ds.shuffle(9).map(f).batch(2)", "mine", "shuffle(9).map().batch(2)"),
        ("ds = ds.batch(2).map(f)", "own_0428", "batch(2).map()"),
        ("batch(2).map()", "own_0428", "batch(2).map()"),
        ("map().batch(2, parallel=3)", "own_9e5f", "map().batch(2, parallel=3)"),
        ("mine=post", "mine", "shuffle(60000).map().prefetch(320).batch(32).repeat()"),
        ("post", "post", "shuffle(60000).map().prefetch(320).batch(32).repeat()"),
    ],
)
def test_an_ordering_may_have_a_name_of_its_own(given: str, name: str, text: str) -> None:
    (own,) = Selection([given]).own_names
    case = build_case(own)
    assert (case.name, case.subject.text) == (name, text)
    assert case.id == f"{name}-default-cpu"


def test_two_orderings_of_one_name_cannot_be_told_apart() -> None:
    with pytest.raises(InputError, match=r"^two orderings are named 'mine': give each a name of its own\.$"):
        _ = Selection(["mine=batch(2).map()", "mine=batch(4).map()"]).own_names
    assert len(Selection(["mine=batch(2).map()", "mine = batch(2).map()"]).own_names) == 1, "the same twice is one"


def test_digits_are_read_unless_all_subjects_have_their_own_data() -> None:
    own, ours = describe_pipeline("mine.py:make"), build_case("post").subject
    assert Selection().reads_digits
    assert Selection(subjects=[own, ours]).reads_digits
    assert not Selection(subjects=[own]).reads_digits


def test_a_name_of_ours_is_not_given_twice() -> None:
    with pytest.raises(InputError, match="an ordering of ours is named 'post': give yours another name"):
        build_case("post=shuffle(9).batch(2)")
