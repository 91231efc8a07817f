"""A sweep as JSON, for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mnist_core.terminal.schemas import render_json as render
from reports.stats.median import Estimate
from reports.summary.case import CaseSummary
from reports.summary.metric import BUSY_SHARE, DISPLACEMENT, FIRST_BATCH, LIVE_BYTES, RATE, TURN_TIME, Metric
from reports.sweep.result import SweepResult, SweepRow, recommend


def render_json(result: SweepResult, file: str, exit_code: int) -> str:
    """The recommendation, every pipeline and what was not tried; the turns stand in the record of the run.

    Args:
        result: What the sweep amounts to.
        file: The run's record; empty where nothing was measured.
        exit_code: What the command ends with.
    """
    record = result.record
    content = {
        "recommendation": recommend(result),
        "is_recommended": result.is_recommended,
        "exit_code": exit_code,
        "file": file,
        "subject": record.plan.subject.text,
        "winner": None if result.winner is None else result.winner.name,
        "gain": _describe_estimate(result.gain),
        "pipelines": [_describe(row) for row in result.rows],
        "untried": [asdict(each) for each in record.proposal.untried],
        "notes": [*record.proposal.notes, *record.unread],
        "code": record.code,
        "patch": record.patch,
        "num_rounds": record.num_rounds,
        "seed": record.seed,
        "spent_s": record.spent_s,
        "is_done": record.is_done,
    }
    return render("sweep", content)


def _describe(row: SweepRow) -> dict[str, Any]:
    candidate, dropped = row.candidate, row.dropped
    return {
        "name": row.name,
        "chain": None if candidate is None else candidate.chain,
        "changes": [] if candidate is None else list(candidate.changes),
        "ratio": None if row.drained is None else _describe_estimate(row.drained.ratio),
        "examples_per_s": _find(row.drained, RATE),
        "first_epoch_s": None if row.drained is None else row.drained.first_epoch_s,
        "epoch_s": _find(row.drained, TURN_TIME),
        "first_batch_s": _find(row.drained, FIRST_BATCH),
        "busy_share": _find(row.fed, BUSY_SHARE),
        "live_bytes": _find(row.memory, LIVE_BYTES),
        "displacement": _find(row.mixing, DISPLACEMENT),
        "is_winner": row.is_winner,
        "is_dominated": row.is_dominated,
        "left": None if dropped is None else dropped.why,
        "has_failed": dropped is not None and dropped.has_failed,
    }


def _find(case: CaseSummary | None, metric: Metric) -> dict[str, Any] | None:
    return None if case is None else _describe_estimate(case.find(metric))


def _describe_estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else asdict(estimate)
