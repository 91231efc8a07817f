"""Trials of the gate, one after the other: each a whole run whose truth is known, kept as soon as it is decided."""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from bench.cases.gate import is_chosen
from bench.gate.design import AUTO
from bench.gate.draws import Lots
from bench.gate.revisions import Checkout
from bench.gate.rounds import GateListener
from bench.gate.run import keep_nothing, locate, measure_gate
from bench.slots.process import SlotError
from bench.trials.checkouts import copy_commit, introduce, prepare_doubled, prepare_trial
from bench.trials.gains import Gain, count_batches, load_gains, measure_gains, save_gains
from bench.trials.schedule import Assignment, Schedule, find_slowable
from bench.trials.terms import TrialOptions, agree_on
from bench.workers.protocol import Introduction
from bench.workers.worker_process import WorkerError
from mnist_core.language.errors import InputError
from reports.gate.file import load_gate, save_gate
from reports.gate.record import GateRecord
from reports.gate.settings import GateSettingsError
from reports.gate.verdict import decide
from reports.record.errors import RecordError
from reports.trials.trial import BROKEN, TRIALS, Trial, build_broken_trial, build_trial, load_trials

FILE = "trials.jsonl"
LOCK = "lock"
MOST_BROKEN = 3  # in a row: the next ones would break as well
BREAKING = (InputError, WorkerError, SlotError, GateSettingsError, OSError)

Measure = Callable[..., GateRecord]
"""Runs the gate on a workplace, as `measure_gate` does; tests bring a fake one."""


class TrialError(InputError):
    """The trials cannot go on; the message is one line."""


class TrialListener(GateListener, Protocol):
    """Is told how far the trials have come, and each gate run among them."""

    def gain_measured(self, num_done: int, num_wanted: int) -> None:
        """So many pairs are there of those that tell what more work is worth."""

    def trial_begun(self, assignment: Assignment, num_trials: int) -> None:
        """A gate run is about to begin."""

    def trial_done(self, trial: Trial, num_trials: int, left_s: float) -> None:
        """A trial is kept; all that are still to come will take about so long."""


def run_trials(
    options: TrialOptions, *, clock_s: Callable[[], float], listener: TrialListener, measure: Measure = measure_gate
) -> tuple[Trial, ...]:
    """All trials in the folder, after as many more as the slice allowed.

    Args:
        options: What to measure.
        clock_s: The present moment in seconds.
        listener: Is told how far the trials have come.
        measure: Runs the gate.

    Raises:
        InputError: The revision or the data cannot be had, the folder belongs to another proof or cannot be written.
        TrialError: Several trials in a row went wrong.
        RecordError: The file of trials is damaged.
    """
    begin_s = clock_s()
    with copy_commit(options.base, inside=options.inside) as original:
        introduction = introduce(original, locate(options.source), options.design)
        agree_on(options, original.commit, introduction.setting.data_fingerprint)
        with _work_alone(options.folder):
            gains = _find_gains(options, original, introduction, listener) if "A/B" in options.kinds else ()
            schedule = Schedule(options.seed, options.kinds, gains)
            return TrialRun(options, original, schedule, begin_s, clock_s, listener, measure).run()


@contextmanager
def _work_alone(folder: Path) -> Iterator[None]:
    """Nobody else may add trials to the folder until the block ends: both would disturb each other.

    Raises:
        TrialError: Somebody does.
    """
    lock = FileLock(folder / LOCK)
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        raise TrialError(f"another slice of {folder} is running: wait for it, or give another --out.") from None
    with held:
        yield


def _find_gains(
    options: TrialOptions, original: Checkout, introduction: Introduction, listener: TrialListener
) -> tuple[Gain, ...]:
    """What more work is worth in the chosen cases: as it was kept, or else measured now."""
    if gains := load_gains(options.folder):
        return gains

    slowable = find_slowable([case for case in introduction.cases if is_chosen(options.patterns, case.id)])
    design, lots, source = options.design, Lots(options.seed), locate(options.source)
    source = introduction.setting.data_name if source == AUTO else source
    doubled = {case.subject.text: count_batches(case, design.num_examples) for case in slowable}
    with prepare_doubled(original, doubled, source, introduction.cases, lots) as slots:
        gains = measure_gains(slowable, slots, design, lots=lots, tell=listener.gain_measured, notice=listener.notice)
    save_gains(gains, options.folder)
    return gains


@dataclass
class TrialRun:
    """A slice of the trials.

    Args:
        options: What to measure.
        original: The code that is measured.
        schedule: Tells what each trial is.
        begin_s: When the slice began, on the clock.
        clock_s: The present moment in seconds.
        listener: Is told how far the trials have come.
        measure: Runs the gate.
    """

    options: TrialOptions
    original: Checkout
    schedule: Schedule
    begin_s: float
    clock_s: Callable[[], float]
    listener: TrialListener
    measure: Measure

    def __post_init__(self) -> None:
        self._file = self.options.folder / FILE
        self._trials = list(load_trials(self._file)) if self._file.exists() else []
        self._durations_s = [trial.spent_s for trial in self._trials if trial.outcome not in BROKEN]

    def run(self) -> tuple[Trial, ...]:
        """All trials, those of former slices before those of this one."""
        if self.options.slice_s < self._find_longest_s():
            longest_s = self._find_longest_s()
            raise TrialError(f"a slice of {self.options.slice_s:g} s is too short: a trial may take {longest_s:.0f} s.")
        num_trials = self.options.num_trials
        while len(self._trials) < num_trials and self._has_time():
            assignment, begin_s = self.schedule.assign(len(self._trials)), self.clock_s()
            self.listener.trial_begun(assignment, num_trials)
            trial = self._try(assignment)
            self._keep(trial)
            if trial.outcome not in BROKEN:
                self._durations_s.append(self.clock_s() - begin_s)
            mean_s = statistics.fmean(self._durations_s or [self.options.budget_s])
            self.listener.trial_done(trial, num_trials, mean_s * (num_trials - len(self._trials)))
            self._check_luck()
        return tuple(self._trials)

    def _has_time(self) -> bool:
        """False if a trial as long as the longest so far would end after the slice."""
        return self.clock_s() - self.begin_s + self._find_longest_s() <= self.options.slice_s

    def _find_longest_s(self) -> float:
        """How long the longest trial took; before the first one, how long it may take."""
        return max(self._durations_s, default=self.options.budget_s)

    def _try(self, assignment: Assignment) -> Trial:
        begin_s, began = self.clock_s(), datetime.datetime.now(tz=datetime.timezone.utc)
        try:
            return self._measure_trial(assignment)
        except BREAKING as error:
            spent_s, moment = self.clock_s() - begin_s, began.isoformat(timespec="seconds")
            return build_broken_trial(reason=str(error), spent_s=spent_s, datetime=moment, **_describe(assignment))

    def _measure_trial(self, assignment: Assignment) -> Trial:
        """The trial, its turns kept in a file of their own."""
        wanted = replace(self.options, head=self.options.base, seed=assignment.seed)
        with prepare_trial(self.original, assignment) as workplace:
            record = self.measure(wanted, workplace, clock_s=self.clock_s, listener=self.listener, keep=keep_nothing)
        name = f"gates/{assignment.number:04d}.json"
        save_gate(record, self.options.folder / name)
        return build_trial(decide(record), gate_file=name, former=self._load_former(), **_describe(assignment))

    def _load_former(self) -> GateRecord | None:
        """The run before, if its turns are still there."""
        files = [trial.gate_file for trial in self._trials if trial.gate_file]
        try:
            return load_gate(self.options.folder / files[-1]) if files else None
        except RecordError:
            return None

    def _keep(self, trial: Trial) -> None:
        try:
            TRIALS.append(trial, self._file)
        except OSError as error:
            raise TrialError(f"--out {self.options.folder} cannot be written: {error.strerror}.") from None
        self._trials.append(trial)

    def _check_luck(self) -> None:
        latest = self._trials[-MOST_BROKEN:]
        if len(latest) == MOST_BROKEN and all(trial.outcome in BROKEN for trial in latest):
            reason = latest[-1].reason or "a side failed or nothing was compared"
            raise TrialError(f"{MOST_BROKEN} trials in a row went wrong, the last one with: {reason}")


def _describe(assignment: Assignment) -> dict[str, Any]:
    """What a line of the file says of what the trial is."""
    return {
        "number": assignment.number,
        "kind": assignment.kind,
        "slowdown": assignment.share,
        "case": assignment.case,
    }
