"""Whether a program waits for its input: judged by its steps, or by the whole capture where they do not tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.timeline.steps import Step
from reports.xplane.periods import Period, Periods, add_up

MODERATE, HIGH = 0.05, 0.20
"""From this share of the step time on, a program is moderately or highly input-bound.

Source: openxla/xprof, ``op_stats_to_input_pipeline_analysis.cc``, kModeratelyInfeedBoundThresholdInPercent and
kHighlyInfeedBoundThresholdInPercent: what TensorBoard's Profile tab says too.
"""
SCALE = f"input-bound: moderately from {MODERATE:.0%} of the time on, highly from {HIGH:.0%}, as in TensorBoard"
STEPS, CAPTURE = "steps", "capture"


@dataclass(frozen=True)
class InputVerdict:
    """Whether the consumer waits for its input.

    Args:
        input_share: Share of the time, 0 to 1, that was a wait for input, or went by while it was copied to a device.
        copy_share: The part of it that was copying.
        of: The time that it is a share of: "steps" for the marked steps, "capture" for the whole capture, where steps
            say nothing.
        bound: "highly input-bound", "moderately input-bound" or "not input-bound".
    """

    input_share: float
    of: str
    bound: str
    copy_share: float = 0.0

    @property
    def is_input_bound(self) -> bool:
        """True from the lower threshold on."""
        return self.input_share >= MODERATE


def judge_steps(steps: Sequence[Step]) -> InputVerdict | None:
    """The share over all steps together: a wait that only some steps have holds up the program all the same."""
    duration_ns = sum(step.duration_ns for step in steps)
    if not duration_ns:
        return None
    copied = sum(step.copy_ns for step in steps) / duration_ns
    share = copied + sum(step.input_ns for step in steps) / duration_ns
    return InputVerdict(share, STEPS, _name_bound(share), copied)


def judge_capture(span: Period, waits: Periods) -> InputVerdict | None:
    """The share of the capture in which a consumer waited.

    Args:
        span: The capture.
        waits: When the consumer waited, merged.
    """
    if span[0] == span[1]:
        return None
    share = add_up(waits) / (span[1] - span[0])
    return InputVerdict(share, CAPTURE, _name_bound(share))


def _name_bound(share: float) -> str:
    if share >= HIGH:
        return "highly input-bound"
    return "moderately input-bound" if share >= MODERATE else "not input-bound"
