"""What may be changed of a pipeline: the moves put together, and run once beside the pipeline as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.advice.brute import Pass, compare
from bench.advice.links import Link
from bench.advice.moves import Move, Plan, Source, batch_early, cache_prefix, drop_shuffle, shuffle_early, turn_knobs
from bench.advice.predict import count_bytes_until, predict_bytes
from bench.advice.reasons import list_untried
from bench.advice.written import write_chain
from bench.machine.clock import Clock, MachineClock
from bench.pipelines.arguments import find_name, is_reader
from bench.pipelines.building import build_small
from bench.pipelines.bytes import Sampler
from bench.pipelines.chain import count_elements
from bench.programs.written_files import keep_files_apart
from bench.subjects.failures import tell_reason
from bench.subjects.rewriting.calls import find_made, record_calls, unroll
from bench.subjects.rewriting.remake import Step, remake, write_steps
from reports.record.proposal import Candidate, Proposal, Untried

Build = Callable[[], Any]
STRUCTURAL: tuple[tuple[Move, ...], ...] = (
    (batch_early,),
    (shuffle_early,),
    (drop_shuffle,),
    (drop_shuffle, batch_early),
    (shuffle_early, batch_early),
)
MOST_CANDIDATES = 10
MEBIBYTE = 2**20
WHOLE = ("map", "batch", "shuffle", "repeat", "prefetch", "cache", "filter", "interleave", "flat_map", "with_options")
"""Calls behind which an epoch has the same examples in whatever order they came; behind take it has not."""
AS_THEY_ARE = ("shuffle", "repeat", "prefetch", "cache", "with_options")  # what hands batches on
UNORDERED = "its elements may come in any order (deterministic=False), so nothing is moved"
FORGIVING = "ignore_errors leaves out what fails, so nothing is moved"


@dataclass(frozen=True)
class Asked:
    """What is asked of a proposal.

    Args:
        memory_bytes: Most bytes that a rewrite may be predicted to hold; None sets no limit.
        tolerance: By which share floats may differ.
    """

    memory_bytes: int | None = None
    tolerance: float = 0.0


def propose(build: Build, asked: Asked, clock: Clock | None = None) -> Proposal:
    """What may be changed of a pipeline without changing what it means.

    Args:
        build: Makes the dataset; called some times, while files that it would write are kept apart.
        asked: What is asked of the proposal.
        clock: Tells when to stop comparing; None takes the machine's.
    """
    with tempfile.TemporaryDirectory(prefix="mnist-bench-") as folder:
        return _Proposing(build, asked, Path(folder), clock or MachineClock()).run()


class _Proposing:
    """A proposal in the making.

    Args:
        build: Makes the dataset.
        asked: What is asked of the proposal.
        folder: Folder for what caches and snapshots write.
        clock: Tells when to stop comparing.
    """

    def __init__(self, build: Build, asked: Asked, folder: Path, clock: Clock) -> None:
        self._build, self._asked, self._folder, self._clock = build, asked, folder, clock
        self._known: dict[bool, Pass] = {}
        self._untried: list[Untried] = []
        self._notes: list[str] = []
        self._links, self._source = self._read()

    def run(self) -> Proposal:
        """The proposal."""
        if self._refuses():
            return Proposal((), (), tuple(self._notes))
        whole = Plan(tuple(link.step for link in self._links))
        candidates: list[Candidate] = []
        for plan in self._combine(whole):
            candidate = self._try(plan)
            if candidate is not None:
                candidates.append(candidate)
            if len(candidates) == MOST_CANDIDATES:
                break
        self._untried += list_untried(self._links, self._source, write=self._write)
        return Proposal(tuple(candidates), tuple(dict.fromkeys(self._untried)), tuple(self._notes))

    def _read(self) -> tuple[list[Link], Source]:
        """The chain, with what its elements have."""
        built = build_small(self._record, self._folder)
        sampler = Sampler(built.stages, frozenset())
        sizes = sampler.find_all()
        places = {id(stage.dataset): stage.number for stage in built.stages}

        def mean(dataset: Any) -> float | None:
            found = sizes[places[id(dataset)]] if id(dataset) in places else None
            return None if found is None else found.mean

        def count(dataset: Any) -> int | None:
            return count_elements(built.stages[places[id(dataset)]]) if id(dataset) in places else None

        first, made = unroll(built.dataset)
        rounds = self._asked.tolerance > 0
        links = [
            Link(number, each, mean(each.call.on), mean(each.dataset), count(each.call.on), allows_rounding=rounds)
            for number, each in enumerate(made)
        ]
        call = find_made(first)
        if call is None and (first._inputs() and not is_reader(first)):
            self._notes.append(f"the chain is taken apart from {find_name(first)} on: what is before it is not changed")
        is_list = call is not None and call.method == "list_files"
        self._options = built.dataset.options()
        return links, Source(call, reads_files=is_list or is_reader(first))

    def _record(self) -> Any:
        with record_calls():
            return self._build()

    def _refuses(self) -> bool:
        """True where nothing can be moved; why is noted."""
        if any(link.is_unordered for link in self._links) or self._options.deterministic is False:
            self._notes.append(UNORDERED)
            return True
        if any(link.method == "ignore_errors" for link in self._links):
            self._notes.append(FORGIVING)
            return True
        return False

    def _combine(self, whole: Plan) -> Iterator[Plan]:
        """The moves by themselves and together, each order once."""
        structural = [plan for moves in STRUCTURAL if (plan := self._apply(whole, moves)) is not None]
        best = max(structural, key=lambda plan: len(plan.names), default=None)
        others: list[tuple[Plan, tuple[Move, ...]]] = [(whole, (turn_knobs,)), (whole, (cache_prefix,))]
        if best is not None:
            others = [(best, (turn_knobs,)), *others, (best, (cache_prefix,))]
        further = [plan for start, moves in others if (plan := self._apply(start, moves)) is not None]
        seen = {whole.steps}
        for plan in [*structural, *further]:
            if plan.steps not in seen:
                seen.add(plan.steps)
                yield plan

    def _apply(self, plan: Plan, moves: Sequence[Move]) -> Plan | None:
        """The plan after all of these moves; None if one of them has nothing to move."""
        moved: Plan | None = plan
        for move in moves:
            moved = None if moved is None else move(self._links, self._source, moved)
        return moved

    def _try(self, plan: Plan) -> Candidate | None:
        """The candidate that a plan makes; None if it would not fit or does not give the same, which is then told."""
        text, chain = write_steps(plan.steps), self._write(plan.steps)
        try:
            predicted = self._predict(plan)
            limit = self._asked.memory_bytes
            if predicted is not None and limit is not None and predicted > limit:
                why = (
                    f"it would hold {predicted / MEBIBYTE:,.1f} MiB, more than the {limit / MEBIBYTE:,.1f} MiB allowed"
                )
                self._untried.append(Untried("; ".join(plan.changes), why, chain))
                return None
            difference = self._compare(plan)
        except _UnknownSizeError as error:
            self._untried.append(Untried("; ".join(plan.changes), str(error), chain))
            return None
        except Exception as error:  # noqa: BLE001  # whatever a person's code does when it is built again
            difference = f"it fails: {tell_reason(error)}"
        if difference:
            self._tell_difference(plan, difference, chain)
            return None
        return Candidate("+".join(plan.names), text, chain, plan.changes, predicted)

    def _tell_difference(self, plan: Plan, difference: str, chain: str) -> None:
        if self._differs_from_itself():
            why = "the pipeline gives other examples each time that it is made, so nothing can be compared"
            self._untried.append(Untried("; ".join(plan.changes), why))
            return
        why = f"run beside the pipeline as it is, {difference}"
        self._untried.append(Untried("; ".join(plan.changes), why))
        self._notes.append(f"{chain}: a proof of ours was wrong, since {difference}; please report it")

    def _differs_from_itself(self) -> bool:
        """True if the pipeline as it is gives other examples when it is made again, though nothing is shuffled."""
        if False not in self._known:
            return False
        again = {False: self._known[False]}
        return bool(compare(self._build, self._build, again, self._clock, 0.0, shuffles=False))

    def _predict(self, plan: Plan) -> int | None:
        further = 0
        if any(step.number is None and step.method == "cache" for step in plan.steps):
            place = next(number for number, step in enumerate(plan.steps) if step == Step(None, "cache"))
            kept = count_bytes_until(self._make(plan.steps[:place]), self._clock)
            if kept is None:
                raise _UnknownSizeError("how much the cache would hold is not known after 2 s of reading")
            further = kept
        predicted = predict_bytes(self._make(plan.steps), self._folder)
        return (predicted or 0) + further if further else predicted

    def _compare(self, plan: Plan) -> str:
        drawn = {link.number for link in self._links if link.function is not None and link.impurity}
        steps = [replace(step, is_parallel=False) if step.number in drawn else step for step in plan.steps]
        with keep_files_apart(self._folder):
            return compare(
                *(self._build, self._make(steps), self._known, self._clock, self._asked.tolerance),
                shuffles=not drawn and self._has_whole_epochs(),
            )

    def _has_whole_epochs(self) -> bool:
        """True if every epoch has the same examples, however they are shuffled."""
        call = self._source.call
        is_plain = self._source.reads_files if call is None else call.method not in {"zip", "random"}
        drops = any(link.method == "batch" and link.call.find("drop_remainder", 1, False) for link in self._links)
        return is_plain and not drops and self._keeps_batches()

    def _keeps_batches(self) -> bool:
        """True if nothing takes a part of the examples, or makes something of a batch that chance has filled."""
        methods = [link.method for link in self._links]
        behind = methods[methods.index("batch") + 1 :] if "batch" in methods else []
        return set(methods) <= set(WHOLE) and set(behind) <= set(AS_THEY_ARE)

    def _make(self, steps: Sequence[Step]) -> Build:
        return lambda: remake(self._record(), steps)

    def _write(self, steps: Sequence[Step]) -> str:
        return write_chain(self._links, self._source.call, steps)


class _UnknownSizeError(Exception):
    """Nobody can say how much a rewrite would hold."""
