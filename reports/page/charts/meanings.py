"""What a colour stands for: the same arm, device or verdict has the same colour in every picture."""

from __future__ import annotations

import altair as alt

DEFAULT, RAW = "default", "raw"  # the arms
CPU, GPU = "cpu", "gpu"
GOOD, BAD, OPEN = "good", "bad", "open"  # holds, on the front; refuted, waited for, disturbed; undecided, or beaten
INK = "ink"  # what is no measurement, such as a prediction
SPARE = ("spare0", "spare1")  # what has no colour of its own, and meets no other of its kind
COLOURS = (DEFAULT, RAW, CPU, GPU, GOOD, BAD, OPEN, *SPARE)
"""The names of all colours; a theme has a colour for each."""


def find_arm_colour(arm: str) -> str:
    """The name of the colour of an arm; those without one of TensorFlow's rewrites share theirs.

    Args:
        arm: Name of the arm; empty for a case of another project, which has none.
    """
    if not arm:
        return DEFAULT
    return arm if arm in (DEFAULT, RAW) else SPARE[0]


def find_device_colour(device: str) -> str:
    """The name of the colour of a kind of device."""
    return device if device in (CPU, GPU) else SPARE[0]


def paint(colour: str) -> alt.ExprRef:
    """The colour of a name, which the theme of the page or of the file knows."""
    return alt.ExprRef(expr=f"colours.{colour}")
