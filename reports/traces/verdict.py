"""Whether a program waits for its input: judged by its steps, or by the whole capture where they do not tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.traces.stages import Pipeline
from reports.xplane.events import Events
from reports.xplane.periods import Period, add_up, intersect, merge
from reports.xplane.xprof import Step

MODERATE, HIGH = 0.05, 0.20
"""From this share of the step time on, a program is moderately or highly input-bound.

Source: openxla/xprof, ``op_stats_to_input_pipeline_analysis.cc``, kModeratelyInfeedBoundThresholdInPercent and
kHighlyInfeedBoundThresholdInPercent: what TensorBoard's Profile tab says too.
"""
INSIDE = 0.5  # of the input's wait must fall into the marked steps, or the marks were set around something else
STEPS, CAPTURE = "steps", "capture"


@dataclass(frozen=True)
class InputVerdict:
    """Whether the consumer waits for its input.

    Args:
        input_share: Share of the time, 0 to 1, that was a wait for input.
        of: The time that it is a share of: "steps" for the marked steps, "capture" for the whole capture, where steps
            say nothing.
        bound: "highly input-bound", "moderately input-bound" or "not input-bound".
    """

    input_share: float
    of: str
    bound: str

    @property
    def is_input_bound(self) -> bool:
        """True from the lower threshold on."""
        return self.input_share >= MODERATE


def judge_steps(steps: Sequence[Step]) -> InputVerdict | None:
    """The share over all steps together: a wait that only some steps have holds up the program all the same."""
    duration_ns = sum(step.duration_ns for step in steps)
    if not duration_ns:
        return None
    share = sum(step.input_ns for step in steps) / duration_ns
    return InputVerdict(share, STEPS, _name_bound(share))


def judge_capture(events: Events, pipelines: Sequence[Pipeline]) -> InputVerdict | None:
    """The share of the capture in which a consumer of tf.data waited."""
    if not pipelines or events.span is None or events.span[0] == events.span[1]:
        return None
    share = add_up(_merge_waits(pipelines)) / (events.span[1] - events.span[0])
    return InputVerdict(share, CAPTURE, _name_bound(share))


def _name_bound(share: float) -> str:
    if share >= HIGH:
        return "highly input-bound"
    return "moderately input-bound" if share >= MODERATE else "not input-bound"


def is_fetched_outside(events: Events, pipelines: Sequence[Pipeline]) -> bool:
    """True if the consumer waits for input mostly between the marks, and long enough to matter."""
    marked = merge(mark.period for mark in events.marks)
    if not marked or not pipelines:
        return False
    around = [(marked[0][0], marked[-1][1])]
    waits = intersect(_merge_waits(pipelines), around)
    missed = add_up(waits) - add_up(intersect(waits, marked))
    return missed > MODERATE * add_up(around) and missed > INSIDE * add_up(waits)


def is_overlooked(events: Events, pipelines: Sequence[Pipeline], steps: Sequence[Step]) -> bool:
    """True if xprof counts no wait at all in steps in which the consumer did wait, long enough to matter."""
    if not steps or any(step.input_ns for step in steps):
        return False
    marked = merge(mark.period for mark in events.marks)
    return add_up(intersect(_merge_waits(pipelines), marked)) >= MODERATE * add_up(marked)


def _merge_waits(pipelines: Sequence[Pipeline]) -> list[Period]:
    return merge(period for pipeline in pipelines for period in pipeline.waits)
