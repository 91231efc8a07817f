"""The steps to profile: what may be asked for, and whether a training has them."""

import re

import numpy as np
import pytest

from mnist_core.language.errors import InputError
from mnist_core.profiling.window import MAX_STEPS, StepWindow, parse_step_window, read_step_window


def test_a_window_is_read_and_printed_alike() -> None:
    assert parse_step_window("20:40") == StepWindow(20, 40)
    assert str(StepWindow(20, 40)) == "20:40"
    assert StepWindow(1, 1 + MAX_STEPS).stop == 51


@pytest.mark.parametrize(
    "text", ["", "20", ":", "20:", ":40", "-1:4", "1:2:3", "a:b", "1.0:2", "40:20", "20:20", " 1:2"]
)
def test_what_is_no_window_is_told_with_an_example(text: str) -> None:
    with pytest.raises(InputError) as told:
        parse_step_window(text)
    rule = "--profile must be START:STOP, whole numbers with START < STOP, such as 20:40"
    assert str(told.value) == f"{rule}, got {text!r}."


@pytest.mark.parametrize(
    ("start", "stop", "reason"),
    [
        (0, 10, "StepWindow.start must be at least 1, got 0:10: step 0 builds the graph."),
        (-1, 10, "StepWindow.start must be an int >= 0, got -1."),
        (5, 5, "StepWindow.stop must be above start, got 5:5."),
        (1.0, 5, "StepWindow.start must be an int >= 0, got 1.0."),
        (10, 11 + MAX_STEPS, "StepWindow must have at most 50 steps, got 10:61: give 10:60, say."),
    ],
)
def test_a_window_out_of_range_is_refused(start, stop, reason: str) -> None:
    with pytest.raises(InputError) as told:
        StepWindow(start, stop)
    assert str(told.value) == reason


@pytest.mark.parametrize(
    "window",
    [StepWindow(1, 2), "1:2", (1, 2), [1, 2], (np.int64(1), np.uint8(2))],
    ids=["made", "str", "tuple", "list", "numpy"],
)
def test_a_window_may_be_written_in_every_form(window: object) -> None:
    read = read_step_window(window, "StepProfiler(window)")
    assert read == StepWindow(1, 2)
    assert (type(read.start), type(read.stop)) == (int, int)


@pytest.mark.parametrize(
    ("window", "given"),
    [
        *((wrong, repr(wrong)) for wrong in (None, 5, True, "", "a:b", "5:5", b"2:5", range(2, 4), {2, 5})),
        *((wrong, repr(wrong)) for wrong in ((), (1,), (1, 2, 3), (5, 2), (5, 5), (1.5, 3), (True, 3), ("2", "5"))),
        (np.zeros((2, 2)), "array([[0., 0.], [0., 0.]])"),
    ],
    ids=repr,
)
def test_what_is_no_window_names_the_parameter_and_shows_the_forms(window: object, given: str) -> None:
    rule = '"START:STOP" or (START, STOP), whole numbers with START < STOP, such as "20:40"'
    with pytest.raises(InputError) as told:
        read_step_window(window, "ProfileSteps(window)")
    assert str(told.value) == f"ProfileSteps(window) must be {rule}, got {given}."


@pytest.mark.parametrize("window", ["0:10", (0, 10), [np.int64(0), 10]], ids=["str", "tuple", "numpy"])
def test_a_window_out_of_range_names_the_parameter_too(window: object) -> None:
    reason = "StepProfiler(window): StepWindow.start must be at least 1, got 0:10: step 0 builds the graph."
    with pytest.raises(InputError, match=f"^{re.escape(reason)}$"):
        read_step_window(window, "StepProfiler(window)")


def test_a_window_must_end_within_training() -> None:
    StepWindow(90, 100).check_within(100)
    with pytest.raises(
        InputError, match="steps 90:101 go beyond the end of training, which has 100 steps: give a STOP"
    ):
        StepWindow(90, 101).check_within(100)


def test_a_window_is_behind_if_only_the_first_step_of_a_resumed_training_is_left_of_it() -> None:
    window = StepWindow(10, 20)
    assert [first for first in range(25) if window.is_behind(first)] == [19, 20, 21, 22, 23, 24]
