"""What a program has done with its datasets so far, and where its thread is kept once that is enough."""

from __future__ import annotations

import contextlib
import os
import threading
import types
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from bench.subjects.origins import BASE, find_caller, find_line

MOST_UNWOUND = 10_000  # times that a program which was let go may handle that and go on
CONSUMED = "_mnist_bench_consumed"  # an attribute of an iterator: what it is over
TRAINED_IN_LOOP = "trained on in a loop"

Place = tuple[str, int]
Call = tuple[types.CodeType, int, int]  # a code, the number of a frame that runs it, and where in it


@dataclass
class Built:
    """A dataset that the program built.

    Args:
        number: Its number among them all, from 1.
        dataset: The dataset.
        call: The call that made it.
    """

    number: int
    dataset: Any
    call: Call | None


@dataclass(frozen=True)
class Consumed:
    """What the program did with a dataset.

    Args:
        dataset: The dataset that the program wrote.
        how: What was done to it, such as "given to fit".
        where: The file and line.
    """

    dataset: Any
    how: str
    where: Place | None


class Stopped(SystemExit):
    """Unwinds a program that was stopped: no Exception, which the program itself would handle, and never printed."""


class Watch:
    """Is told what a program does with datasets, and keeps the thread that does it once that is enough.

    Args:
        wanted: Number of the dataset at which to stop; None stops where the program begins to train.
    """

    def __init__(self, wanted: int | None = None) -> None:
        self.built: list[Built] = []
        self.consumed: list[Consumed] = []
        self.trained: Consumed | None = None
        """What it trains on, or loops over where it could not be stopped any more."""
        self.refusal: str | None = None
        """Why what the program does can be no subject."""
        self.builds_inside = False
        """True if a dataset was consumed that cannot be taken out of its function."""
        self.noticed, self.stopped, self._released = threading.Event(), threading.Event(), threading.Event()
        self.stops_next = False
        """True to stop at whatever the program does next with a dataset."""
        self._wanted, self._process, self._local = wanted, os.getpid(), threading.local()
        self._releaser: int | None = None
        self._num_unwound = 0
        self._advanced: Consumed | None = None
        self._iterators: list[weakref.ref[Any]] = []
        self._known: dict[int, Built] = {}
        self._unnumbered: set[Call | None] = set()

    def watches(self) -> bool:
        """False in a child that the program has forked, and inside of what Keras and strategies do themselves.

        Raises:
            Stopped: The program was let go, handled that, and now would go on.
        """
        if os.getpid() != self._process or threading.get_ident() == self._releaser:
            return False
        if self._released.is_set():
            self._leave()
        return not getattr(self._local, "depth", 0)

    def stop(self) -> None:
        """Keep this thread here until the program is let go, and then let it unwind, so that it clears away its things.

        What an exception would do at once, such as removing a folder with the data, must not happen while the dataset
        is used.
        """
        if self.watches():
            self.end()
            self._released.wait()
            self._leave()

    def end(self) -> None:
        """Nothing more will be noticed."""
        self.noticed.set()
        self.stopped.set()

    def release(self) -> None:
        """Let a program unwind whose dataset is used no longer. What the calling thread does is not the program's."""
        self._releaser = threading.get_ident()
        self._released.set()

    def note_built(self, dataset: Any) -> None:
        """Number a dataset. One that the same call makes of another takes over its number."""
        if not self.watches():
            return
        if tf.is_symbolic_tensor(dataset._variant_tensor):
            if not tf.compat.v1.executing_eagerly_outside_functions():
                self.refusal = "builds graphs of TensorFlow 1, whose datasets only a session can run"
                self.stop()
            return  # a function's own, which cannot be used outside
        call = _find_call()
        if call in self._unnumbered:
            self._known[id(dataset)] = Built(0, dataset, call)
            return
        below = (self._known.get(id(each)) for each in dataset._inputs())
        built = next((each for each in below if each is not None and each.call == call), None)
        if built is None:
            self._stop_if_due()
            built = Built(len(self.built) + 1, dataset, call)
            self.built.append(built)
        built.dataset = dataset
        self._known[id(dataset)] = built

    def note_consumed(self, dataset: Any, how: str, *, trains: bool = False) -> Consumed | None:
        """Remember what is consumed, and stop if the program trains on it; None for what the program did not write."""
        if not self.watches():
            return None
        self._stop_if_due()
        written = self._find_written(dataset)
        if written is None:
            return None
        consumed = Consumed(written, how, find_line())
        self.consumed.append(consumed)
        self.noticed.set()
        if trains:
            self.trained = consumed
            self.stop()
        return consumed

    def note_loop(self, consumed: Consumed) -> None:
        """Stop before a function's loop runs, which is then in TensorFlow's hands until it ends."""
        self.trained = consumed
        self.stop()

    def leave_unnumbered(self) -> None:
        """Number nothing that the call which is under way makes for itself."""
        self._unnumbered.add(_find_call())

    def note_iterator(self, iterator: Any, consumed: Consumed) -> None:
        """Remember what an iterator is over."""
        setattr(iterator, CONSUMED, consumed)
        self._iterators.append(weakref.ref(iterator))

    def note_advance(self, iterator: Any) -> None:
        """Remember which iterator was asked last."""
        if self.watches() and self.stops_next:
            self.stop()
        self._advanced = getattr(iterator, CONSUMED, None) or self._advanced

    def note_gradients(self) -> None:
        """Stop if the program has consumed a dataset: as it takes gradients, it trains on it."""
        if not self.watches() or not self.consumed:
            return
        looped = next(reversed(self._held("loops")), None)
        consumed = looped or self._find_given() or self._advanced or self.consumed[0]
        self.trained = Consumed(consumed.dataset, TRAINED_IN_LOOP, consumed.where)
        self.stop()

    @contextlib.contextmanager
    def ignoring(self) -> Iterator[None]:
        """Notice nothing of what this thread does inside."""
        self._local.depth = getattr(self._local, "depth", 0) + 1
        try:
            yield
        finally:
            self._local.depth -= 1

    @contextlib.contextmanager
    def looping(self, consumed: Consumed | None) -> Iterator[None]:
        """Inside of a function's loop over a dataset."""
        with self._holding("loops", consumed):
            yield

    @contextlib.contextmanager
    def calling(self, arguments: Any) -> Iterator[None]:
        """Inside of a ``tf.function``, which sees placeholders of its arguments."""
        with self._holding("calls", arguments):
            yield

    def list_ends(self) -> list[Built]:
        """The datasets of which no other was made, and those that were consumed."""
        last = [each for each in self.built if self._known[id(each.dataset)] is each]
        used = {id(below) for each in last for below in each.dataset._inputs()}
        taken = {id(each.dataset) for each in self.consumed}
        return [each for each in last if id(each.dataset) in taken or id(each.dataset) not in used]

    def drop_iterators(self) -> None:
        """Let go of what the program's iterators hold: buffers, and threads that fill them."""
        for each in self._iterators:
            iterator = each()
            if iterator is not None:
                iterator._iterator_resource = iterator._dataset = None

    def _leave(self) -> None:
        """Unwind this thread; one that has handled that too often stays here for ever."""
        self._num_unwound += 1
        if self._num_unwound > MOST_UNWOUND:
            threading.Event().wait()
        raise Stopped

    def _stop_if_due(self) -> None:
        """Stop once the dataset that is meant is there, or if it was said to."""
        if self.stops_next or (self._wanted is not None and len(self.built) >= self._wanted):
            self.stop()

    def _find_written(self, dataset: Any) -> Any:
        """The outermost dataset that the program, and not the very call that consumes it, has made; None without."""
        if tf.is_symbolic_tensor(dataset._variant_tensor):
            return self._find_outside(dataset)
        known = self._known.get(id(dataset))
        if known is None or known.call != _find_call():
            return dataset
        return self._find_written_below(dataset)

    def _find_written_below(self, dataset: Any) -> Any:
        written = (self._find_written(each) for each in dataset._inputs())
        return next((each for each in written if each is not None), None)

    def _find_outside(self, dataset: Any) -> Any:
        """The dataset from outside of a function that one inside of it is made of; None without."""
        below = self._find_written_below(dataset)
        if below is not None or dataset._inputs():
            return below
        for each in self._list_arguments():
            is_match = isinstance(each, BASE) and each.element_spec == dataset.element_spec
            if is_match and not tf.is_symbolic_tensor(each._variant_tensor):
                return each
        self.builds_inside = True
        return None

    def _find_given(self) -> Consumed | None:
        """What an iterator is over that was given to a function."""
        given = (getattr(each, CONSUMED, None) for each in self._list_arguments())
        return next((each for each in given if each is not None), None)

    def _list_arguments(self) -> list[Any]:
        """All arguments of the functions that are being called, the innermost one's first."""
        return [each for arguments in reversed(self._held("calls")) for each in tf.nest.flatten(arguments)]

    def _held(self, name: str) -> list[Any]:
        held: list[Any] = getattr(self._local, name, [])
        return held

    @contextlib.contextmanager
    def _holding(self, name: str, value: Any) -> Iterator[None]:
        held = self._held(name)
        setattr(self._local, name, held if value is None else [*held, value])
        try:
            yield
        finally:
            setattr(self._local, name, held)


def _find_call() -> Call | None:
    """The call of TensorFlow that is under way; a later frame may have an earlier one's number, but other code."""
    frame = find_caller()
    return None if frame is None else (frame.f_code, id(frame), frame.f_lasti)
