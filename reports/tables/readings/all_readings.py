"""All that is read of pipelines beside their speed and their memory, in the order in which a reader asks."""

from __future__ import annotations

from reports.drawing.blocks import Block, Emphasis, Lines
from reports.summary.summary import Summary
from reports.tables.readings.cold import explain_cold, tabulate_cold
from reports.tables.readings.mixing import tell_mixing
from reports.tables.readings.stage_times import MOST_STAGES, explain_stage_times, tabulate_stage_times
from reports.tables.readings.training import explain_training, tabulate_training


def tabulate_readings(summary: Summary, most_stages: int = MOST_STAGES) -> list[Block]:
    """The tables, and after those of a kind what their columns mean.

    Args:
        summary: What was measured.
        most_stages: Stages of a pipeline that have a row of their own.
    """
    found: tuple[tuple[list[Block], list[str]], ...] = (
        ([*tabulate_training(summary)], explain_training(summary)),
        ([*tabulate_cold(summary)], explain_cold(summary)),
        ([], tell_mixing(summary)),
        (tabulate_stage_times(summary, most_stages), explain_stage_times(summary)),
    )
    blocks: list[Block] = []
    for tables, lines in found:
        blocks += [*tables, *([Lines(tuple(lines), Emphasis.FAINT)] if lines else [])]
    return blocks
