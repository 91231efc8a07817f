"""The options that the bench adds to pytest's: what a user may write."""

import argparse

import pytest

from bench.options import read_budget


@pytest.mark.parametrize(("text", "seconds"), [("240", 240.0), ("4m", 240.0), ("1.5m", 90.0), ("1", 1.0)])
def test_a_budget_is_given_in_seconds_or_minutes(text: str, seconds: float) -> None:
    assert read_budget(text) == seconds


@pytest.mark.parametrize("text", ["0", "0.9", "soon", "4h", "-1"])
def test_what_is_no_budget_is_told_in_the_words_of_pytests_parser(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f"such as 240 or 4m: at least 1 s, not {text}"):
        read_budget(text)
