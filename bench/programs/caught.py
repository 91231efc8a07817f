"""The dataset that a person's own program trains on: the program is run in the worker up to there, and kept there.

What cannot be caught: a dataset that a ``tf.function`` builds inside itself, one of TensorFlow 1's graphs, one that
another process consumes, and one that a library both builds and consumes behind TensorFlow's own interface. Other
threads of the program go on. The program can be run again only as far as it does the same again, and that takes as
long as it took before; what it wrote, downloaded or cached by then is there already.
"""

from __future__ import annotations

import copy
import gc
import os
import re
import shlex
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.python.eager import context

from bench.programs.program import Program
from bench.programs.traps import set_traps
from bench.programs.watch import Built, Consumed, Place, Watch
from bench.subjects.opened_pipeline import OpenedPipeline
from bench.subjects.origins import INSTALLED, find_origin
from bench.subjects.person_code import add_folder, let_start_processes, step_aside
from bench.subjects.pipeline_text import SELECT, check_program_file, read_number
from bench.subjects.rewriting.remake import find_make
from bench.subjects.shrinking import is_shrinking
from mnist_core import InputError, Say
from reports.record.case import Subject

LIMIT_S = 80.0  # until a program first consumes a dataset; with the two below less than a worker may take to start
PATIENCE_S = 15.0  # from then on until it trains: a look at a batch, or a layer that adapts, comes before
LAST_LIMIT_S = 10.0  # from then on until it next does anything with a dataset, and so can be stopped
UNWIND_LIMIT_S = 4.0  # for a program that is let go to close its files and remove its folders
MOST_LISTED = 8  # datasets in a message's one line
NODES = re.compile(r"\{\{.*?\}\} ?| ?\[Op:.*")  # what TensorFlow's errors say of its own graph


@dataclass(frozen=True)
class Limits:
    """How long a program may take.

    Args:
        first_s: Most seconds until it consumes a dataset.
        patience_s: Seconds from then on in which it may begin to train; after that, what it has consumed first counts.
        last_s: Most seconds from then on until it can be stopped.
    """

    first_s: float = LIMIT_S
    patience_s: float = PATIENCE_S
    last_s: float = LAST_LIMIT_S


def open_subject(subject: Subject, _source: str, _num_examples: int | None, say: Say) -> OpenedPipeline:
    """The dataset of a program; the arguments are those of `bench.subjects.open.open_subject`."""
    catcher = Catcher(subject.text, dict(subject.options).get(SELECT))
    opened = OpenedPipeline(subject.text, find_make(subject, catcher.make))
    say(catcher.choice)
    return opened


def catch_dataset(command: str, select: str | None = None) -> tf.data.Dataset:
    """The dataset that a program trains on first, or else consumes first.

    Args:
        command: The program and its arguments, as one would type them after ``python``.
        select: Number of the dataset that is meant instead, of those that the program has built by then.

    Raises:
        InputError: The program fails, ends or takes too long before it consumes a dataset, or has no such one.
    """
    return Catcher(command, select).make()


class Catcher:
    """Runs a program as often as its dataset is to be built anew.

    Args:
        command: The program and its arguments, as one would type them after ``python``.
        select: Number of the dataset that is meant; None for the first that it trains on, or else consumes.
        limits: How long it may take.

    Raises:
        InputError: There is no such program, or the number is none.
    """

    def __init__(self, command: str, select: str | None = None, limits: Limits | None = None) -> None:
        self._words, self._limits = shlex.split(command), limits or Limits()
        self._name = self._words[0]
        self._path = Path(self._name).resolve()
        check_program_file(self._name)
        self._number = None if select is None else read_number(select)
        self._folder = Path.cwd()
        self._modules = frozenset(sys.modules)
        self._made: tuple[tf.data.Dataset, set[int | None]] | None = None
        self.choice = ""
        """What was caught and what else there was, in one line."""

    def make(self) -> tf.data.Dataset:
        """The dataset: the same again, unless buffers shrink or another seed is set, when the program runs again."""
        seed, is_plain = context.global_seed(), not is_shrinking()
        if is_plain and self._made is not None and seed in self._made[1]:
            return self._made[0]
        dataset = self.catch()
        if is_plain:
            self._made = dataset, {seed, context.global_seed()}
        return dataset

    def catch(self) -> tf.data.Dataset:
        """The dataset of a new run of the program; raises as `catch_dataset` does."""
        self._prepare()
        watch = Watch(self._number)
        program = Program(self._path, self._words, watch)
        try:
            with step_aside(anew=True), set_traps(watch), program.running():
                reason = self._wait(watch, program)
            built = self._choose(watch, program, reason)
        except InputError:
            if watch.stopped.is_set():
                _let_go(watch, program)
            raise
        watch.drop_iterators()
        dataset = copy.copy(built.dataset)  # the program holds the original, and so this one's end can be seen
        util.Finalize(dataset, _let_go, (watch, program), exitpriority=1)
        return dataset

    def _prepare(self) -> None:
        """Let go of earlier runs, and let the program find what it would find if this were its first one."""
        gc.collect()  # now, rather than in a turn
        os.chdir(self._folder)
        add_folder(self._path.parent)
        let_start_processes()
        _forget_modules(self._modules)

    def _wait(self, watch: Watch, program: Program) -> str | None:
        """Wait until the program is kept or has ended; why it cannot be, if so."""
        if not watch.noticed.wait(self._limits.first_s):
            place = self._tell(program.find_place(), ", and is")
            return f"consumed no dataset within {self._limits.first_s:g} s{place}: give it less to do before"
        if watch.stopped.wait(self._limits.patience_s):
            return None
        watch.stops_next = True
        if watch.stopped.wait(self._limits.last_s):
            return None
        return f"does not come back from TensorFlow{self._tell(program.find_place(), ', where it is')}"

    def _choose(self, watch: Watch, program: Program, reason: str | None) -> Built:
        """The dataset that is meant.

        Raises:
            InputError: There is none.
        """
        ends = watch.list_ends()
        if self._number is not None and reason is None:
            return self._find_wanted(watch, ends, program)
        consumed = watch.trained or next(iter(watch.consumed), None)
        if consumed is None or reason is not None:
            raise InputError(f"{self._name} {reason or self._explain_end(watch, program)}{self._offer(watch, ends)}.")
        others = [each for each in ends if each.dataset is not consumed.dataset]
        built = next((each for each in ends if each.dataset is consumed.dataset), Built(0, consumed.dataset, None))
        rest = f"; --select chooses another, of {self._list(watch, others)}" if others else ""
        self.choice = f"{self._name}: took dataset {self._describe(watch, built)}{rest}."
        return built

    def _find_wanted(self, watch: Watch, ends: Sequence[Built], program: Program) -> Built:
        built = next((each for each in watch.built if each.number == self._number), None)
        if built is None:
            end = "" if watch.consumed else f"{self._explain_end(watch, program)}, and "
            raise InputError(f"{self._name} {end}builds no dataset {self._number}{self._offer(watch, ends)}.")
        self.choice = f"{self._name}: took dataset {self._describe(watch, built)}."
        return built

    def _explain_end(self, watch: Watch, program: Program) -> str:
        """How a program ended that consumed no dataset."""
        if watch.refusal is not None:
            return watch.refusal
        error = program.failure
        if error is None and watch.builds_inside:
            return "makes the dataset that it consumes inside of a tf.function: make it outside"
        if error is None:
            return "ended without consuming a dataset" if watch.built else "ended and built no tf.data.Dataset"
        place = self._tell(program.find_place(), "")
        if isinstance(error, SystemExit):
            words = program.output.read_last_line()
            said = f" and said {words!r}" if words else ""
            told = f"ended with {error.code if isinstance(error.code, int) else 1}{place}{said}"
        else:
            told = f"raised {type(error).__name__}{place}: {_read_first_line(error)}"
        return f"{told.rstrip('.')}, before it consumed a dataset: try python {shlex.join(self._words)}"

    def _offer(self, watch: Watch, ends: Sequence[Built]) -> str:
        return f"; choose one with --select, of {self._list(watch, ends)}" if ends else ""

    def _list(self, watch: Watch, ends: Sequence[Built]) -> str:
        more = f" and {len(ends) - MOST_LISTED} more" if len(ends) > MOST_LISTED else ""
        return ", ".join(self._describe(watch, each) for each in ends[:MOST_LISTED]) + more

    def _describe(self, watch: Watch, built: Built) -> str:
        """Such as: 3 (built at train.py:12, given to fit at train.py:30)."""
        told = [self._tell(find_origin(built.dataset), "built")]
        done: list[Consumed] = [each for each in watch.consumed if each.dataset is built.dataset]
        if watch.trained is not None and watch.trained.dataset is built.dataset:
            done = [watch.trained]
        told += [self._tell(each.where, each.how) for each in done[:1]]
        return f"{built.number} ({', '.join(each for each in told if each)})"

    def _tell(self, place: Place | None, what: str) -> str:
        """Such as "built at train.py:12"; empty without a place."""
        if place is None:
            return ""
        path = Path(place[0])
        inside = path.is_relative_to(self._folder)
        return f"{what} at {path.relative_to(self._folder) if inside else path}:{place[1]}"


def _read_first_line(error: BaseException) -> str:
    lines = NODES.sub("", str(error)).strip().splitlines()
    return lines[0].strip() if lines else "without a message"


def _let_go(watch: Watch, program: Program) -> None:
    """Let a program end whose dataset is used no longer, or whose process ends."""
    with set_traps(watch), program.held():
        watch.release()
        program.join(UNWIND_LIMIT_S)


def _forget_modules(known: frozenset[str]) -> None:
    """Forget what an earlier run imported of the person's own code, with the flags that it defined."""
    own = [name for name, module in list(sys.modules.items()) if name not in known and _is_persons(module)]
    for name in own:
        del sys.modules[name]
    flags = sys.modules.get("absl.flags")
    if flags is not None:
        by_module = flags.FLAGS.flags_by_module_dict()
        for name in (*own, sys.argv[0], "__main__"):
            for flag in list(by_module.get(name, ())):
                delattr(flags.FLAGS, flag.name)


def _is_persons(module: Any) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not (
        file.startswith(sysconfig.get_paths()["stdlib"]) or any(part in file for part in INSTALLED)
    )
