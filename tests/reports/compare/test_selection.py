"""Expressions that choose cases by their names, and what is none."""

from dataclasses import replace

import pytest
from compared import make_case, make_run

from mnist_core.language.errors import InputError
from reports.compare.selection import parse_expression, select_cases

NAMES = ("test_parse[small]", "test_parse[large]", "test_write[small]", "test_slow")


@pytest.mark.parametrize(
    ("expression", "chosen"),
    [
        ("parse", (0, 1)),
        ("PARSE", (0, 1)),
        ("parse and small", (0,)),
        ("parse or slow", (0, 1, 3)),
        ("not parse", (2, 3)),
        ("not parse and not slow", (2,)),
        ("slow or parse and large", (1, 3)),
        ("(slow or parse) and large", (1,)),
        ("not (parse or write)", (3,)),
        ("[small]", (0, 2)),
        ("nothing", ()),
    ],
)
def test_names_are_chosen_by_hand(expression: str, chosen: tuple[int, ...]) -> None:
    matches = parse_expression(expression)
    assert tuple(number for number, name in enumerate(NAMES) if matches(name)) == chosen


@pytest.mark.parametrize("text", ["", " ", "and", "a and", "or a", "not", "(a", "a)", "a b", "()", "a and (or b)"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="-k takes parts of names joined by and, or, not and brackets, got "):
        parse_expression(text)


def test_a_run_keeps_what_is_meant_and_one_without_any_is_refused() -> None:
    run = replace(make_run("a", make_case("post"), make_case("fast")), path="a.json")
    assert [case.name for case in select_cases(run, "fast").cases] == ["fast"]
    with pytest.raises(InputError, match="-k 'slow' selects none of the 2 cases of a.json"):
        select_cases(run, "slow")
