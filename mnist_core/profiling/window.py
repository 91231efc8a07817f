"""Which steps of a training to profile: frozen and checked when made. TensorFlow is not imported here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mnist_core.language.errors import InputError
from mnist_core.language.stage import check_count

# A trace of a step of the mlp takes 40 to 80 kB, all steps are read and drawn at once, and a median needs no more. Some
# tens still open within a second; TensorFlow's profiler guide recommends 10, as longer ones may run out of memory.
MAX_STEPS = 50


@dataclass(frozen=True)
class StepWindow:
    """The steps from `start` up to, not including, `stop`, counted from 0 at the beginning of training.

    Args:
        start: Number of the first step, at least 1: step 0 builds the graph, which would be all that the trace shows.
        stop: Number of the step after the last one, above `start` by at most `MAX_STEPS`.

    Raises:
        InputError: A value is out of range.

    Example:
        >>> print(StepWindow(20, 40))
        20:40
    """

    start: int
    stop: int

    def __post_init__(self) -> None:
        check_count("StepWindow.start", self.start, minimum=0)
        check_count("StepWindow.stop", self.stop)
        if self.start == 0:
            raise InputError(f"StepWindow.start must be at least 1, got {self}: step 0 builds the graph.")
        if self.stop <= self.start:
            raise InputError(f"StepWindow.stop must be above start, got {self}.")
        if self.stop - self.start > MAX_STEPS:
            nearest = StepWindow(self.start, self.start + MAX_STEPS)
            raise InputError(f"StepWindow must have at most {MAX_STEPS} steps, got {self}: give {nearest}, say.")

    def __str__(self) -> str:
        return f"{self.start}:{self.stop}"

    def check_within(self, num_steps: int) -> None:
        """Check that a training reaches the end of the window.

        Args:
            num_steps: Number of steps of the training.

        Raises:
            InputError: The training ends before.
        """
        if self.stop > num_steps:
            raise InputError(
                f"the profiled steps {self} go beyond the end of training, which has {num_steps} steps: "
                f"give a STOP of at most {num_steps}, or train for longer."
            )

    def is_behind(self, first_step: int) -> bool:
        """True if a training has none of the window's steps left; its own first step, which builds the graph, is none.

        Args:
            first_step: Number of the step with which the training begins.
        """
        return self.stop <= first_step + 1


def parse_step_window(text: str) -> StepWindow:
    """The window written as START:STOP, such as ``20:40``.

    Raises:
        InputError: The text is written otherwise, or a value is out of range.
    """
    match = re.fullmatch(r"([0-9]{1,18}):([0-9]{1,18})", text)
    if not match or int(match[1]) >= int(match[2]):
        raise InputError(f"--profile must be START:STOP, whole numbers with START < STOP, such as 20:40, got {text!r}.")
    return StepWindow(int(match[1]), int(match[2]))
