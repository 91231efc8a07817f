"""The chain of a pipeline as calls, each with what the moves must know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import tensorflow as tf

from bench.pipelines.functions import describe_function, find_functions
from bench.pipelines.rowwise.proof import describe_batching
from bench.subjects.rewriting.calls import Call, Made
from bench.subjects.rewriting.remake import Step
from reports.record.description import FunctionDescription

MAP = "map"
PARALLEL_PLACES = {"map": 1, "interleave": 3, "batch": 2}  # of num_parallel_calls among the arguments


@dataclass(frozen=True, eq=False)
class Link:
    """A call of the chain.

    Args:
        number: Its place in the chain, from 0.
        made: Its stage, and the call itself.
        before: Bytes of an element that comes in; None if they are not known.
        after: Bytes of an element that goes out; None if they are not known.
        num_before: Number of elements that come in; None if that is not known.
        allows_rounding: True to let floats differ in their last bits.
    """

    number: int
    made: Made
    before: float | None
    after: float | None
    num_before: int | None
    allows_rounding: bool = False

    @property
    def method(self) -> str:
        """Name of the call's method."""
        return self.made.call.method

    @property
    def call(self) -> Call:
        """The call."""
        return self.made.call

    @property
    def step(self) -> Step:
        """The call as it is."""
        return Step(self.number, self.method)

    @cached_property
    def function(self) -> FunctionDescription | None:
        """What its function does; None for a call without one."""
        wrappers = find_functions(self.made.dataset)
        return next((describe_function(*each) for each in wrappers.items()), None)

    @cached_property
    def impurity(self) -> str:
        """Why its function may give another thing for the same element; empty where it cannot."""
        function = self.function
        if function is None:
            return ""
        if function.python:
            return f"{function.python[0]} runs Python, which may give another thing each time"
        if function.random:
            return f"{function.random[0]} draws random numbers"
        if function.stateful:
            return f"{function.stateful[0]} has a state"
        drawing = next((each.name for each in function.operations if _draws(each.name)), "")
        return f"{drawing} gives another order each time" if drawing else ""

    @cached_property
    def makes_datasets(self) -> bool:
        """True if its function makes a dataset of the element."""
        return self.function is not None and any("Dataset" in each.name for each in self.function.operations)

    @cached_property
    def batching(self) -> tuple[bool | None, str]:
        """Whether its function may take batches, and the reason."""
        (wrapper,) = find_functions(self.made.dataset).values()
        return describe_batching(wrapper, self.call.on.element_spec, allows_rounding=self.allows_rounding)

    @property
    def is_movable(self) -> bool:
        """True for a map whose results depend on nothing but the element."""
        return self.method == MAP and not self.impurity and not self.makes_datasets

    @property
    def is_sequential(self) -> bool:
        """True if its number of parallel calls was left out, and can be given."""
        place = PARALLEL_PLACES.get(self.method)
        return place is not None and "num_parallel_calls" not in self.call.kwargs and len(self.call.args) <= place

    @property
    def is_unordered(self) -> bool:
        """True if it may give its elements in any order."""
        return self.call.kwargs.get("deterministic") is False

    @property
    def is_seeded(self) -> bool:
        """True for a shuffle with a seed."""
        return self.call.find("seed", 1) is not None

    @property
    def reshuffles(self) -> bool:
        """True for a shuffle that draws another order for every epoch."""
        return self.call.find("reshuffle_each_iteration", 2) in {None, True}

    @property
    def is_full(self) -> bool:
        """True for a shuffle whose buffer holds all that there is."""
        size = tf.get_static_value(self.call.find("buffer_size", 0))
        return self.num_before is not None and size is not None and int(size) >= self.num_before


def find_step(links: Sequence[Link], step: Step) -> Link | None:
    """The call that a step means; None for a new one."""
    return None if step.number is None else links[step.number]


def _draws(operation: str) -> bool:
    """True for an operation that makes a dataset of another order, or of other numbers, each time."""
    return "Dataset" in operation and any(word in operation for word in ("Shuffle", "Random", "Generator"))
