"""The race: the pipeline as it is and its rewrites take turns in blocks of rounds; who cannot win any more is out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bench.cases.pipelines import build_drained
from bench.sweep.state import SweepState
from bench.turns.group import Group
from bench.turns.schedule import Budget, interleave
from bench.workers.worker_process import WorkerError
from reports.record.record import CaseRecord
from reports.stats.median import FEWEST_VALUES, Estimate
from reports.sweep.race import Loser, estimate_ratios, find_losers, find_slowest

MOST_ROUNDS = 20  # as in a run: more would narrow the interval by less than a fifth in twice the time
MOST_AT_ONCE = 8  # candidates: each has a process that holds a whole pipeline
HEATS_SHARE = 0.6  # of the race's time, after which no further heat begins
FIRST_LOOK, LATER_BLOCK = 2, 3  # rounds: enough to tell for whom there is no time; enough to move an interval


class Race:
    """A race, from its start or from where an earlier process left it.

    Args:
        state: What the stages of the sweep share.
        share: The share of the budget after which it ends.
    """

    def __init__(self, state: SweepState, share: float) -> None:
        self._state, self._share = state, share
        self._earlier: dict[str, CaseRecord] = {}
        self._cases = {case.name: case for case in build_drained(list(state.subjects.values()))}
        self._names = {case.id: name for name, case in self._cases.items()}

    def run(self) -> None:
        """Take turns until somebody has won, or the share of the budget is spent.

        Raises:
            WorkerError: The pipeline as it is fails.
        """
        state = self._state
        if len(state.record.left) > MOST_AT_ONCE:
            self._run_heats()
        with self._open(state.record.left) as group:
            self._gather(group)
            state.listener.turns_begun(Budget(state.budget_s, 0, MOST_ROUNDS), state.spent_s)
            while count := self._plan_block(group):
                self._take_block(group, count)
                self._drop(group)
        state.update(has_raced=True)

    def _run_heats(self) -> None:
        """Let some after some take a few turns beside the pipeline as it is, so that the fastest of all may race."""
        state, counts = self._state, self._count_rounds()
        waiting = [name for name in state.record.left if counts.get(name, 0) < FIRST_LOOK]
        for place in range(0, len(waiting), MOST_AT_ONCE):
            heat = waiting[place : place + MOST_AT_ONCE]
            if state.find_left_s(HEATS_SHARE * self._share) <= 0 and place:
                for name in heat:
                    state.drop(name, "no time for all")
                continue
            with self._open(heat) as group:
                self._gather(group)
                if group.ids[1:]:
                    self._take_block(group, FIRST_LOOK)
        while len(ratios := self._find_ratios()) > MOST_AT_ONCE:
            slowest = find_slowest(ratios)
            state.drop(slowest.name, slowest.why)
        state.update()

    def _open(self, names: Sequence[str]) -> Group:
        """The pipeline as it is and some candidates in fresh processes, whose turns are counted on."""
        state = self._state
        self._earlier = {case.name: case for case in state.record.cases if case.consumer == "drain"}
        state.record = replace(state.record, num_processes=state.record.num_processes + 1)
        cases = [self._cases[name] for name in (state.record.original, *names)]
        return Group(
            cases, state.start, seed=state.record.seed, listener=state.listener, num_batches=self._find_batches()
        )

    def _count_rounds(self) -> dict[str, int]:
        """In how many rounds each candidate has taken part that is not out."""
        record = self._state.record
        drained = (case for case in record.cases if case.consumer == "drain")
        return {case.name: len(case.turns) for case in drained if case.name in record.left}

    def _find_batches(self) -> int | None:
        """The batches of a turn of what is cut, as they were before the sweep went on."""
        extents = (case.extent for case in self._earlier.values())
        return next((each.num_batches for each in extents if each is not None and each.is_cut), None)

    def _plan_block(self, group: Group) -> int:
        """How many rounds there will be before the next look; 0 ends the race."""
        counts, num_left = self._count_rounds(), len(group.ids) - 1
        done = min((counts.get(name, 0) for name in self._state.record.left), default=0)
        if not num_left or done >= MOST_ROUNDS or (num_left == 1 and done >= FEWEST_VALUES):
            return 0
        wanted = FIRST_LOOK - done if done < FIRST_LOOK else max(FEWEST_VALUES - done, LATER_BLOCK)
        fitting = math.floor(self._state.find_left_s(self._share) / group.predict_round_s())
        return max(min(wanted, fitting, MOST_ROUNDS - done), 0 if done else 1)

    def _take_block(self, group: Group, count: int) -> None:
        state = self._state
        begin = state.record.num_rounds
        turns = interleave(
            group.ids, Budget(math.inf, count, count), clock_s=state.clock_s, seed=state.record.seed + begin
        )
        done = 0
        try:
            for number, case_id in turns:
                if number > done:
                    state.listener.round_done(begin + number, state.spent_s)
                    done = number
                group.take_turn(case_id, begin + number)
        finally:  # also of a block that somebody stopped
            state.record = replace(state.record, num_rounds=begin + done + 1)
            self._gather(group)
        state.listener.round_done(begin + done + 1, state.spent_s)

    def _gather(self, group: Group) -> None:
        """Keep what was measured so far, and say who has failed.

        Raises:
            WorkerError: The pipeline as it is has.
        """
        state = self._state
        joined = dict(self._earlier)
        for case_id, outcome in group.list_outcomes(all_turned=True).items():
            name = self._names[case_id]
            if isinstance(outcome, CaseRecord):
                joined[name] = self._join(outcome)
            else:
                joined.pop(name, None)
                self._fail(name, case_id, outcome)
        state.update(cases=tuple(joined[name] for name in state.record.names if name in joined))

    def _fail(self, name: str, case_id: str, failure: WorkerError) -> None:
        line = failure.name_pipeline(name, case_id)
        if name == self._state.record.original:
            raise WorkerError(line, failure.printed)
        if name in self._state.record.left:
            self._state.drop(name, line, failure=failure)

    def _join(self, now: CaseRecord) -> CaseRecord:
        """The turns of this process behind those of earlier ones; what they began with stays."""
        process = self._state.record.num_processes - 1
        turns = tuple(replace(turn, process=process) for turn in now.turns)
        earlier = self._earlier.get(now.name)
        return replace(now, turns=turns) if earlier is None else replace(earlier, turns=(*earlier.turns, *turns))

    def _drop(self, group: Group) -> None:
        """Let go of who cannot win any more, and of the slowest where there is no time for all."""
        state = self._state

        def let_go(loser: Loser) -> None:
            group.let_go(self._cases[loser.name].id)
            state.drop(loser.name, loser.why)

        for loser in find_losers(self._find_ratios(), state.record.original):
            let_go(loser)
        missing = FEWEST_VALUES - min(self._count_rounds().values(), default=0)
        while len(ratios := self._find_ratios()) > 1 and state.find_left_s(self._share) < (
            missing * group.predict_round_s()
        ):
            let_go(find_slowest(ratios))
        state.update()

    def _find_ratios(self) -> dict[str, Estimate]:
        record = self._state.record
        ratios = estimate_ratios([case for case in record.cases if case.consumer == "drain"])
        return {name: ratio for name, ratio in ratios.items() if name in record.left}
