"""Trials of the gate, one after the other: each a whole run whose truth is known, kept as soon as it is decided."""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from bench.cases.gate import is_chosen
from bench.gate.design import PairDesign
from bench.gate.lots import Lots
from bench.gate.revisions import Checkout, Workplace
from bench.gate.rounds import GateListener, Keep
from bench.gate.run import AUTO, GateOptions, locate, measure_gate
from bench.trials.gains import Gain, count_batches, load_gains, measure_gains, save_gains
from bench.trials.ground import copy_commit, introduce, prepare_doubled, prepare_trial
from bench.trials.schedule import Assignment, Schedule, find_slowable
from bench.trials.terms import Terms, agree_on
from bench.workers.process import WorkerError
from bench.workers.protocol import Introduction
from bench.workers.slot_process import SlotError
from mnist_core.language.errors import InputError
from reports.gate.file import load_gate, save_gate
from reports.gate.plan import GatedMetric
from reports.gate.record import GateRecord
from reports.gate.settings import GateSettingsError
from reports.gate.verdict import decide
from reports.record.errors import RecordError
from reports.trials.trial import (
    BROKEN,
    KINDS,
    Trial,
    TrialKind,
    append_trial,
    build_broken_trial,
    build_trial,
    load_trials,
)

METRICS: tuple[GatedMetric, ...] = ("time", "cpu")  # the added work comes before the first batch
FILE = "trials.jsonl"
LOCK = "lock"
MOST_BROKEN = 3  # in a row: the next ones would break as well
BREAKING = (InputError, WorkerError, SlotError, GateSettingsError, OSError)


class TrialError(InputError):
    """The trials cannot go on; the message is one line."""


@dataclass(frozen=True)
class TrialOptions:
    """What a user asks for.

    Args:
        revision: The revision whose mnist_core is measured, as git knows it.
        source: Where the digits come from.
        folder: Where the trials are kept; those that are there already count.
        num_trials: How many trials there are to be in the end.
        slice_s: Seconds after which no trial may probably end; None is no limit.
        kinds: Kinds of trials that are wanted.
        patterns: Patterns of the ids of the cases to measure; empty means all.
        budget_s: Seconds that each gate run may measure.
        seed: Seed for the order of the trials and for each gate run.
        design: How pairs are measured.
        inside: A folder of the repository; None is the present one.
    """

    revision: str
    source: str
    folder: Path
    num_trials: int
    slice_s: float | None = None
    kinds: tuple[TrialKind, ...] = KINDS
    patterns: tuple[str, ...] = ()
    budget_s: float = 300.0
    seed: int = 1
    design: PairDesign = field(default_factory=PairDesign)
    inside: Path | None = None


class TrialListener(GateListener, Protocol):
    """Is told how far the trials have come, and each gate run among them."""

    def gain_measured(self, num_done: int, num_wanted: int) -> None:
        """So many pairs are there of those that tell what more work is worth."""

    def trial_begun(self, assignment: Assignment, num_trials: int) -> None:
        """A gate run is about to begin."""

    def trial_done(self, trial: Trial, num_trials: int, left_s: float) -> None:
        """A trial is kept; all that are still to come will take about so long."""


class Measure(Protocol):
    """Runs the gate on a workplace; tests bring a fake one."""

    def __call__(
        self,
        options: GateOptions,
        workplace: Workplace,
        *,
        clock_s: Callable[[], float],
        listener: GateListener,
        keep: Keep,
    ) -> GateRecord:
        """The record of a gate run."""


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
    with ExitStack() as stack:
        original = stack.enter_context(copy_commit(options.revision, inside=options.inside))
        introduction = introduce(original, locate(options.source), options.design)
        agree_on(_build_terms(options, original.commit, introduction.setting.data_fingerprint), options.folder)
        stack.enter_context(_work_alone(options.folder))
        gains = _find_gains(options, original, introduction, listener) if "A/B" in options.kinds else ()
        schedule = Schedule(options.seed, options.kinds, gains)
        return TrialRun(
            options, original, schedule, begin_s=begin_s, clock_s=clock_s, listener=listener, measure=measure
        ).run()


@contextmanager
def _work_alone(folder: Path) -> Iterator[None]:
    """Nobody else may add trials to the folder until the block ends: both would disturb each other.

    Raises:
        TrialError: Somebody does.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise TrialError(f"another slice of {folder} is running: wait for it, or give another --out.") from None
    try:
        yield
    finally:
        lock.release()


def _find_gains(
    options: TrialOptions, original: Checkout, introduction: Introduction, listener: TrialListener
) -> tuple[Gain, ...]:
    """What more work is worth in the chosen cases: as it was kept, or else measured now."""
    if gains := load_gains(options.folder):
        return gains

    slowable = find_slowable([case for case in introduction.cases if is_chosen(options.patterns, case.id)])
    design, lots, source = options.design, Lots(options.seed), locate(options.source)
    source = introduction.setting.data_name if source == AUTO else source
    num_batches = {case.subject.text: count_batches(case, design.num_examples) for case in slowable}
    with prepare_doubled(original, num_batches, source, introduction.cases, lots) as slots:
        gains = measure_gains(slowable, slots, design, lots=lots, tell=listener.gain_measured, notice=listener.notice)
    save_gains(gains, options.folder)
    return gains


def _build_terms(options: TrialOptions, commit: str, data_fingerprint: str) -> Terms:
    return Terms(
        commit, options.seed, options.kinds, options.patterns, options.budget_s, data_fingerprint, options.design
    )


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

    def __init__(
        self,
        options: TrialOptions,
        original: Checkout,
        schedule: Schedule,
        *,
        begin_s: float,
        clock_s: Callable[[], float],
        listener: TrialListener,
        measure: Measure,
    ) -> None:
        self._options, self._original, self._schedule = options, original, schedule
        self._clock_s, self._listener, self._measure = clock_s, listener, measure
        self._file = options.folder / FILE
        self._trials = list(load_trials(self._file)) if self._file.exists() else []
        self._durations_s = [trial.spent_s for trial in self._trials if trial.outcome not in BROKEN]
        self._begin_s = begin_s

    def run(self) -> tuple[Trial, ...]:
        """All trials, those of former slices before those of this one."""
        self._check_slice()
        while len(self._trials) < self._options.num_trials and self._has_time():
            assignment = self._schedule.assign(len(self._trials))
            self._listener.trial_begun(assignment, self._options.num_trials)
            begin_s = self._clock_s()
            trial = self._try(assignment)
            self._keep(trial)
            if trial.outcome not in BROKEN:
                self._durations_s.append(self._clock_s() - begin_s)
            self._listener.trial_done(trial, self._options.num_trials, self._estimate_left_s())
            self._check_luck()
        return tuple(self._trials)

    def _has_time(self) -> bool:
        """False if a trial as long as the longest so far would end after the slice."""
        if self._options.slice_s is None:
            return True
        return self._clock_s() - self._begin_s + self._find_longest_s() <= self._options.slice_s

    def _find_longest_s(self) -> float:
        """How long the longest trial took; before the first one, how long it may take."""
        return max(self._durations_s, default=self._options.budget_s)

    def _check_slice(self) -> None:
        slice_s, longest_s = self._options.slice_s, self._find_longest_s()
        if slice_s is not None and slice_s < longest_s:
            raise TrialError(f"a slice of {slice_s:g} s is too short: a trial may take {longest_s:.0f} s.")

    def _try(self, assignment: Assignment) -> Trial:
        begin_s, began = self._clock_s(), datetime.datetime.now(tz=datetime.timezone.utc)
        try:
            return self._measure_trial(assignment)
        except BREAKING as error:
            return build_broken_trial(
                number=assignment.number,
                kind=assignment.kind,
                slowdown=assignment.share,
                case=assignment.case,
                reason=str(error),
                spent_s=self._clock_s() - begin_s,
                datetime=began.isoformat(timespec="seconds"),
            )

    def _measure_trial(self, assignment: Assignment) -> Trial:
        """The trial, its turns kept in a file of their own."""
        options = self._options
        wanted = GateOptions(
            base=options.revision,
            head=options.revision,
            source=options.source,
            seed=assignment.seed,
            patterns=options.patterns,
            metrics=METRICS,
            budget_s=options.budget_s,
            design=options.design,
        )
        with prepare_trial(self._original, assignment) as workplace:
            record = self._measure(
                wanted, workplace, clock_s=self._clock_s, listener=self._listener, keep=lambda _record: None
            )
        name = f"gates/{assignment.number:04d}.json"
        save_gate(record, options.folder / name)
        return build_trial(
            decide(record),
            number=assignment.number,
            kind=assignment.kind,
            slowdown=assignment.share,
            case=assignment.case,
            gate_file=name,
            former=self._load_former(),
        )

    def _load_former(self) -> GateRecord | None:
        """The run before, if its turns are still there."""
        files = [trial.gate_file for trial in self._trials if trial.gate_file]
        try:
            return load_gate(self._options.folder / files[-1]) if files else None
        except RecordError:
            return None

    def _keep(self, trial: Trial) -> None:
        try:
            append_trial(trial, self._file)
        except OSError as error:
            raise TrialError(f"--out {self._options.folder} cannot be written: {error.strerror}.") from None
        self._trials.append(trial)

    def _estimate_left_s(self) -> float:
        mean_s = statistics.fmean(self._durations_s) if self._durations_s else self._options.budget_s
        return mean_s * (self._options.num_trials - len(self._trials))

    def _check_luck(self) -> None:
        latest = self._trials[-MOST_BROKEN:]
        if len(latest) == MOST_BROKEN and all(trial.outcome in BROKEN for trial in latest):
            reason = latest[-1].reason or "a side failed or nothing was compared"
            raise TrialError(f"{MOST_BROKEN} trials in a row went wrong, the last one with: {reason}")
