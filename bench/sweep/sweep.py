"""A sweep from its race to its readings, whole or from where an earlier process left it."""

from __future__ import annotations

from bench.sweep.confirmation import Confirming
from bench.sweep.race import Race
from bench.sweep.readings import read_all
from bench.sweep.state import SweepState
from reports.drawing.numbers import count_things
from reports.sweep.result import find_winner

RACE_SHARE, PAIRS_SHARE = 0.4, 0.7  # of the budget, after which each stage ends; the readings have the rest


def run_sweep(state: SweepState) -> None:
    """Do what is left to be done of a sweep; its record is kept after every block, pair and reading.

    Args:
        state: What the stages share; its record is the result.

    Raises:
        WorkerError: The pipeline as it is fails.
        InputError: It is wrong, whatever the worker.
    """
    if not state.record.has_raced and state.record.left:
        words = f"the race of {state.record.original} and {count_things(len(state.record.left), 'candidate')}"
        state.listener.stage_begun(words, RACE_SHARE)
        Race(state, RACE_SHARE).run()
    winner = find_winner(state.record)
    if winner is not None and not state.record.has_confirmed:
        state.listener.stage_begun(f"fresh pairs of {winner} and {state.record.original}", PAIRS_SHARE)
        Confirming(state, winner, PAIRS_SHARE).run()
    if state.record.left and not state.record.has_read:
        state.listener.stage_begun("what they hold, and how well they mix", 1.0)
        read_all(state, winner)
        state.update(has_read=True)
