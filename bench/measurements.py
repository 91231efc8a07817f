"""What the tests of the bench share: the cases of a group are measured together when its first test asks for one."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest

from bench.calls.job_progress import JobProgress, open_job_progress
from bench.calls.progress import open_progress
from bench.cases.groups import GROUPS
from bench.turns.group import Listener, Outcome, measure_group
from bench.turns.measure import MAX_ROUNDS, gather_pipelines
from bench.turns.readings import capture_traces, measure_memory, measure_mixing, measure_stages
from bench.turns.schedule import Budget
from bench.workers.fork_server import WorkerStarter, build_context
from bench.workers.gpu_search import find_missing_gpu
from bench.workers.worker_process import WorkerError
from mnist_core.files.parts import hold_scratch
from mnist_core.language.errors import InputError
from reports.record.case import Case
from reports.record.record import CaseRecord
from reports.stats.median import FEWEST_VALUES
from reports.summary.fields import COLD, PIPELINES

READINGS = {"memory": measure_memory, "stages": measure_stages, "mixing": measure_mixing}
EXIT_BAD_INPUT = 2
GIBIBYTE = 2**30


class Measurements:
    """The outcomes of the selected cases.

    Args:
        config: pytest's own.
        source: Where the digits come from.
        selected: The cases that were selected, each with its group.
        notices: Lines for the user, told before the first group.
    """

    def __init__(
        self, config: pytest.Config, source: str, selected: Sequence[tuple[str, Case]], notices: Sequence[str]
    ) -> None:
        self._config, self._notices = config, notices
        asks_gpu = any(case.device == "gpu" for _, case in selected)
        self._missing_gpu = find_missing_gpu(build_context()) if asks_gpu else None
        self._cases: dict[str, list[Case]] = {group: [] for group in GROUPS}
        for group, case in selected:
            if case.device == "cpu" or self._missing_gpu is None:
                self._cases[group].append(case)
        self._outcomes: dict[str, dict[str, Outcome]] = {}
        self._left_s = config.option.budget
        if self._left_s is None:
            self._left_s = sum(GROUPS[group].budget_s for group, cases in self._cases.items() if cases)
        limit = config.option.memory_limit
        self._start_worker = WorkerStarter(source, None if limit is None else int(limit * GIBIBYTE))

    @cached_property
    def _progress(self) -> JobProgress:
        """One line for all groups; made when pytest captures nothing, or it would find no terminal."""
        return open_job_progress(sum(map(bool, self._cases.values())), time.monotonic)

    def measure(self, group: str, case: Case) -> CaseRecord:
        """The record of `case`; the test fails with the reason if its worker failed, and is skipped without its GPU."""
        if case.device == "gpu" and self._missing_gpu is not None:
            pytest.skip(self._missing_gpu)
        if group not in self._outcomes:
            begin_s = time.monotonic()
            try:
                self._outcomes[group] = self._gather(group, self._measure(group))
            except InputError as error:
                pytest.exit(f"error: {error}", returncode=EXIT_BAD_INPUT)
            self._left_s -= time.monotonic() - begin_s
        outcome = self._outcomes[group][case.id]
        if isinstance(outcome, WorkerError):
            pytest.fail("\n".join([str(outcome), *outcome.list_printed()]), pytrace=False)
        return outcome

    def _gather(self, group: str, outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
        """The outcomes with the group that tables know; ratios of pipelines are to the first that did not fail."""
        records = [each for each in outcomes.values() if isinstance(each, CaseRecord)]
        if any(case.subject.reads_own_data for case in self._cases[group]):
            gathered = gather_pipelines(records, COLD if group == COLD else PIPELINES)
        else:
            gathered = tuple(replace(each, group=group) for each in records)
        return {**outcomes, **{each.case.id: each for each in gathered}}

    def _measure(self, group: str) -> dict[str, Outcome]:
        budget = self._share_budget(group)
        seed = random.SystemRandom().getrandbits(32)
        capture = self._config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled(), self._show(group) as progress:
            if not self._outcomes:
                for line in self._notices:
                    progress.notice(line)
            cases = self._cases[group]
            if GROUPS[group].measures == "traces":
                return self._capture(cases, seed, progress)
            if GROUPS[group].measures in READINGS:
                measure = READINGS[GROUPS[group].measures]
                return measure(cases, self._start_worker, seed=seed, clock_s=time.monotonic, listener=progress)
            return measure_group(
                cases, self._start_worker, budget, seed=seed, clock_s=time.monotonic, listener=progress
            )

    def _show(self, group: str) -> AbstractContextManager[Listener]:
        """How far it has come, on standard error: every case with -v, else one line."""
        if self._config.option.verbose > 0:
            return open_progress(is_shown=True)
        return self._progress.follow(group, len(self._cases[group]), max(0.0, self._left_s))

    def _capture(self, cases: list[Case], seed: int, progress: Listener) -> dict[str, Outcome]:
        """The traces beside the record, or for a moment only where no record is kept."""
        file = self._config.option.benchmark_json
        with hold_scratch("mnist-bench-traces-") as away:
            run = Path(file).parent if file else away
            return capture_traces(cases, self._start_worker, run, seed=seed, listener=progress)

    def _share_budget(self, group: str) -> Budget:
        """This group's part of the time that is left, among the groups that are still to come."""
        if self._config.option.benchmark_disable:
            return Budget(0, 1, 1)
        coming = [each for each, cases in self._cases.items() if cases and each not in self._outcomes]
        total = sum(GROUPS[each].budget_s for each in coming) or 1.0
        return Budget(self._left_s * GROUPS[group].budget_s / total, FEWEST_VALUES, MAX_ROUNDS)
