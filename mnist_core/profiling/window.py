"""Which steps of a training to profile: frozen and checked when made. TensorFlow is not imported here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from numbers import Integral

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


WindowLike = StepWindow | str | tuple[int, int] | list[int]  # what a caller may write for a window


def read_step_window(window: object, name: str) -> StepWindow:
    """The window that a caller has written as ``"20:40"``, ``(20, 40)``, ``[20, 40]`` or ``StepWindow(20, 40)``.

    Args:
        window: What the caller gave, which may be anything.
        name: Name of the parameter, with which an error begins, such as ``StepProfiler(window)``.

    Raises:
        InputError: The window is written otherwise, or a value is out of range.
    """
    if isinstance(window, StepWindow):
        return window
    numbers = _find_numbers(window)
    if numbers is None:
        given = " ".join(repr(window).split())  # that of an array has several lines
        raise InputError(
            f'{name} must be "START:STOP" or (START, STOP), whole numbers with START < STOP, '
            f'such as "20:40", got {given}.'
        )
    try:
        return StepWindow(*numbers)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def parse_step_window(text: str) -> StepWindow:
    """The window that the command line gives as START:STOP, such as ``20:40``.

    Raises:
        InputError: The text is written otherwise, or a value is out of range.
    """
    numbers = _find_numbers(text)
    if numbers is None:
        raise InputError(f"--profile must be START:STOP, whole numbers with START < STOP, such as 20:40, got {text!r}.")
    return StepWindow(*numbers)


def _find_numbers(window: object) -> tuple[int, int] | None:
    """START and STOP if they are two whole numbers in this order, NumPy's too; None otherwise."""
    if isinstance(window, str):
        match = re.fullmatch(r"([0-9]{1,18}):([0-9]{1,18})", window)
        window = tuple(map(int, match.groups())) if match else ()
    if not isinstance(window, tuple | list) or [_is_whole(number) for number in window] != [True, True]:
        return None
    start, stop = map(int, window)
    return (start, stop) if start < stop else None


def _is_whole(number: object) -> bool:
    return isinstance(number, Integral) and not isinstance(number, bool)
