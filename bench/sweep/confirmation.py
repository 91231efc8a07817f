"""The confirmation: the winner of the race beside the pipeline as it is, on fresh pairs of fresh processes.

The winner of many looks better than it is, since it was chosen for that. So no turn of the race counts here.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

from bench.cases.pipelines import build_drained
from bench.sweep.state import SweepState
from bench.turns.group import Group
from bench.turns.measure import SILENCE
from bench.turns.schedule import Budget, interleave
from bench.workers.worker_process import WorkerError
from reports.record.record import CaseRecord
from reports.summary.metric import NANOSECONDS
from reports.sweep.race import ENOUGH_PAIRS, FEWEST_PAIRS, measure_difference
from reports.sweep.record import Confirmation

MOST_TURNS, PAIR_TURNS_S = 3, 1.0  # turns of each process: as many as go into so many seconds of the slower one
BUDGET_ENDED = "the budget ended"


class Confirming:
    """Fresh pairs, as many as the budget allows, inside of what is wanted.

    Args:
        state: What the stages of the sweep share.
        winner: Name of the candidate that won the race.
        share: The share of the budget after which it ends, once it has the fewest pairs that show anything.
    """

    def __init__(self, state: SweepState, winner: str, share: float) -> None:
        self._state, self._share = state, share
        self._names = (state.record.original, winner)
        self._cases = {case.name: case for case in build_drained([state.subjects[name] for name in self._names])}
        raced = [case for case in state.record.cases if case.consumer == "drain" and case.name in self._names]
        self._turn_s = max(case.turns[-1].sample.wall_ns / NANOSECONDS for case in raced)
        self._num_batches = next(
            (case.extent.num_batches for case in raced if case.extent is not None and case.extent.is_cut), None
        )
        if state.record.confirmation is None:
            num_turns = min(MOST_TURNS, max(1, round(PAIR_TURNS_S / self._turn_s)))
            state.update(confirmation=Confirmation(winner, num_turns))

    @property
    def _confirmation(self) -> Confirmation:
        assert self._state.record.confirmation is not None  # noqa: S101  # it was made when this was
        return self._state.record.confirmation

    def run(self) -> None:
        """Measure pairs until there are enough, or the budget ends, or one side fails."""
        state, pair_s = self._state, 2 * (1 + self._confirmation.num_turns) * self._turn_s
        why = ""
        while len(self._confirmation.differences) < ENOUGH_PAIRS:
            has_fewest = len(self._confirmation.differences) >= FEWEST_PAIRS
            if pair_s > state.find_left_s(self._share if has_fewest else 1.0):
                why = BUDGET_ENDED
                break
            begin_s = state.clock_s()
            try:
                difference = self._measure_pair(len(self._confirmation.differences))
            except WorkerError as failure:
                why = str(failure)
                state.listener.notice(why)
                break
            pair_s = max(state.clock_s() - begin_s, 0.5 * pair_s)
            differences = (*self._confirmation.differences, difference)
            state.update(confirmation=replace(self._confirmation, differences=differences))
            state.listener.pair_done(len(differences), ENOUGH_PAIRS, state.spent_s)
        state.update(confirmation=replace(self._confirmation, why=why), has_confirmed=True)

    def _measure_pair(self, number: int) -> float:
        """The logarithm of how many times as fast the winner is in two fresh processes; who starts first is drawn.

        Raises:
            WorkerError: One of them fails.
        """
        state, count = self._state, self._confirmation.num_turns
        seed = state.record.seed + 1000 * (number + 1)
        names = random.Random(seed).sample(self._names, 2)  # noqa: S311  # an order, not a secret
        cases = [self._cases[name] for name in names]
        with Group(cases, state.start, seed=seed, listener=SILENCE, num_batches=self._num_batches) as group:
            for round_number, case_id in interleave(
                group.ids, Budget(math.inf, count, count), clock_s=state.clock_s, seed=seed
            ):
                group.take_turn(case_id, round_number)
            outcomes = group.list_outcomes()
        found: dict[str, CaseRecord] = {}
        for case in cases:
            outcome = outcomes[case.id]
            if isinstance(outcome, WorkerError):
                raise WorkerError(outcome.name_pipeline(case.name, case.id), outcome.printed)
            found[case.name] = outcome
        original, winner = (found[name] for name in self._names)
        difference = measure_difference(winner, original)
        assert difference is not None  # noqa: S101  # both have taken all turns
        return difference
