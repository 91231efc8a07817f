"""A trace as JSON, for scripts."""

from __future__ import annotations

import dataclasses
from typing import Any

from mnist_core.terminal.schemas import render_json as render
from reports.timeline.stages import Pipeline, Stage
from reports.timeline.steps import Step
from reports.traces.comparison import TimePair, pair_operations, pair_parts, pair_stages
from reports.traces.trace import Trace
from reports.xplane.periods import PS_PER_NS


def render_json(trace: Trace) -> str:
    """One trace: times as whole nanoseconds, except those that end in _ms; shares of 1."""
    return render("trace", describe_trace(trace))


def render_comparison_json(first: Trace, second: Trace) -> str:
    """Two traces, and the difference of each part, stage and operation, in milliseconds per step."""
    return render(
        "trace-comparison",
        {
            "first": describe_trace(first),
            "second": describe_trace(second),
            "parts": _describe_pairs(pair_parts(first, second)),
            "stages": _describe_pairs(pair_stages(first, second)),
            "operations": _describe_pairs(pair_operations(first, second)),
        },
    )


def describe_trace(trace: Trace) -> dict[str, Any]:
    """All that is known of a trace, in JSON's types."""
    slowest = trace.awaited.slowest if trace.awaited else None
    return {
        "session": trace.session.name,
        "path": str(trace.session.path),
        "num_bytes": trace.num_bytes,
        "capture_ms": trace.capture_ms,
        "notes": list(trace.notes),
        "steps_are": trace.origin if trace.kinds else None,
        "num_marks": trace.num_marks,
        "num_device_events": trace.num_device_events,
        "verdict": dataclasses.asdict(trace.verdict) if trace.verdict else None,
        "no_verdict": trace.unclear or None,
        "activity": dataclasses.asdict(trace.activity) if trace.activity else None,
        "slowest_stage": _describe_stage(slowest) if slowest else None,
        "step_ms": dataclasses.asdict(trace.step_ms) if trace.step_ms else None,
        "mean_step_ms": trace.mean_step_ms,
        "split": _describe_split(trace),
        "steps": [describe_step(trace, step) for step in trace.steps],
        "other_steps": [
            {
                "name": kind.name,
                "num_marked": kind.num_marked,
                "steps": [describe_step(trace, step) for step in kind.steps],
            }
            for kind in trace.kinds[1:]
        ],
        "pipelines": [_describe_pipeline(pipeline) for pipeline in trace.pipelines],
        "operations": [dataclasses.asdict(operation) for operation in trace.operations],
        "devices": [dataclasses.asdict(device) for device in trace.devices],
        "memory": [dataclasses.asdict(allocator) for allocator in trace.memory],
        "remarks": list(trace.remarks),
    }


def _describe_split(trace: Trace) -> dict[str, Any] | None:
    if trace.split is None:
        return None
    return {**dataclasses.asdict(trace.split), **({} if trace.verdict else {"input": None})}


def describe_step(trace: Trace, step: Step) -> dict[str, Any]:
    """A step; its wait for input is None where the trace does not show it."""
    told = {"name": step.name, **dataclasses.asdict(step)}
    return told if trace.verdict else {**told, "input_ns": None}


def _describe_pipeline(pipeline: Pipeline) -> dict[str, Any]:
    return {
        "chain": pipeline.chain,
        "consumer": pipeline.consumer,
        "serves_steps": list(pipeline.serves),
        "loop": pipeline.loops,
        "wait_ns": pipeline.wait_ps // PS_PER_NS,
        "taking_turns": list(pipeline.taking_turns),
        "num_threads": pipeline.num_threads,
        "stages": [_describe_stage(stage) for stage in pipeline.stages],
    }


def _describe_stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "path": list(stage.path),
        "num_calls": stage.num_calls,
        "total_ns": stage.total_ps // PS_PER_NS,
        "own_ns": stage.own_ps // PS_PER_NS,
        "share_ns": stage.share_ps // PS_PER_NS,
        "settings": [dataclasses.asdict(setting) for setting in stage.settings],
        "work": [{"kind": work.kind, "duration_ns": work.duration_ps // PS_PER_NS} for work in stage.work],
    }


def _describe_pairs(pairs: list[TimePair]) -> list[dict[str, Any]]:
    return [{**dataclasses.asdict(pair), "gain_ms": pair.gain_ms} for pair in pairs]
