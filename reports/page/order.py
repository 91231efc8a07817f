"""The sections of a run, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Callable

from reports.drawing.blocks import Section
from reports.page.runs import Run
from reports.page.sections.benchmarks import describe_benchmarks
from reports.page.sections.claims import describe_claims
from reports.page.sections.devices import describe_devices, describe_inference
from reports.page.sections.feeding import describe_feeding
from reports.page.sections.frontier import describe_frontier
from reports.page.sections.machine import describe_machine
from reports.page.sections.memory import describe_memory
from reports.page.sections.mixing import describe_mixing
from reports.page.sections.pipelines import describe_pipelines
from reports.page.sections.speed import describe_first_batch, describe_speed
from reports.page.sections.sweep import describe_sweep
from reports.page.sections.traces import describe_traces
from reports.page.sections.turns import describe_turns
from reports.summary.summary import Summary

OF_CASES: tuple[Callable[[Summary], Section | None], ...] = (
    *(
        describe_pipelines,
        describe_speed,
        describe_frontier,
        describe_first_batch,
        describe_memory,
        describe_feeding,
        describe_mixing,
    ),
    *(describe_inference, describe_devices, describe_claims),
)


def list_sections(run: Run) -> tuple[Section, ...]:
    """All sections that the run has something for."""
    traces = describe_traces(run.traces, run.unreadable)
    if run.summary is None:
        return (traces,) if traces else ()
    measured = (describe_benchmarks,) if run.summary.benchmarks else OF_CASES
    told = (describe(run.summary) for describe in measured)
    sections = [describe_sweep(run.sweep), *told, traces, describe_turns(run.summary), describe_machine(run.summary)]
    return tuple(section for section in sections if section is not None)
