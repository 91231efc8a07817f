"""What of a worker's output a person's code has printed."""

from pathlib import Path

import pytest

from bench.workers.printed import MOST_LINES, tell_printed

LOG = """WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795812937.536114   22904 port.cc:153] oneDNN custom operations are on.
2026-11-27 20:52:47.123456: W tensorflow/core/framework/op.cc:1] something
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        (LOG, ""),
        (f"one\n\n{LOG}two  \n", "\n  it printed: one\n  it printed: two"),
        ("In the end\n", "\n  it printed: In the end"),
    ],
)
def test_what_tensorflow_logs_is_left_out(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "stderr").write_text(text)
    assert tell_printed(tmp_path / "stderr") == told


def test_the_last_lines_are_told(tmp_path: Path) -> None:
    (tmp_path / "stderr").write_text("".join(f"{number}\n" for number in range(MOST_LINES + 3)))
    told = tell_printed(tmp_path / "stderr").split("\n")[1:]
    assert [line.rpartition(" ")[2] for line in told] == [f"{number}" for number in range(3, MOST_LINES + 3)]
