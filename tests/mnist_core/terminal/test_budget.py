"""Times that users give, and what is none."""

import pytest
import typer

from mnist_core.terminal.budget import parse_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("240", 240), ("240s", 240), ("4m", 240), ("4 min", 240), ("1.5m", 90), ("1", 1), ("60.0", 60), ("0.5m", 30)],
)
def test_seconds_and_minutes(text: str, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "4h", "-1", "0", "0.9", "nan", "inf", "1e3", "4mm", "4,5"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="give seconds or minutes, such as 240 or 4m: at least 1 s, not "):
        parse_seconds(text)
