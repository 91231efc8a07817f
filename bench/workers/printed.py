"""What a person's code has printed in a worker, for the message of what went wrong there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

MOST_LINES = 10
LOGGED = re.compile(r"^([IWEF]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [IWEF] |WARNING: All log messages before absl)")
"""How lines begin that TensorFlow itself logs."""


def tell_printed(file: Path) -> str:
    """The last lines that were printed, each on a line of its own; empty if nothing was.

    Args:
        file: Where the output of this process goes.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    text = file.read_text(encoding="utf-8", errors="replace")
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and not LOGGED.match(line)]
    return "".join(f"\n  it printed: {line}" for line in lines[-MOST_LINES:])
