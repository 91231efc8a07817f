"""What is said of a name that is none of those that there are."""

import pytest

from mnist_core.language.choice import explain_choice, suggest

NAMES = ("time", "first_batch", "live_bytes")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("tiem", ": did you mean time?"),
        ("TIME", ": did you mean time?"),
        ("live_byte", ": did you mean live_bytes?"),
        ("first_bat*", ": did you mean first_batch?"),
        ("speed", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_asked_for_where_one_is_near(given: str, hint: str) -> None:
    assert suggest(NAMES, given) == hint


def test_the_line_names_the_rule_and_the_value() -> None:
    assert explain_choice("--metrics", NAMES, "speed") == (
        "--metrics must be one of time, first_batch, live_bytes, got 'speed'."
    )
    assert explain_choice("--metrics", iter(NAMES), "tiem").endswith(", got 'tiem': did you mean time?")


def test_of_names_that_differ_in_case_alone_the_first_is_meant() -> None:
    assert suggest(("C5", "c5"), "C5x") == ": did you mean C5?"
