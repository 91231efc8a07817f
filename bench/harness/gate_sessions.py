"""The processes behind the pairs: base and head in a slot each, by lot, and base once more as its own control.

They are replaced round by round. What a process draws at its start, such as where its memory lies, would otherwise stay
with one revision for the whole run and pass for a difference between the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.harness.gate_lots import Lots
from bench.harness.gate_pairs import Job, PairDesign, Seat, Seats, Talker
from bench.harness.packages import Interpreters
from bench.harness.revisions import Workplace
from bench.harness.side_messages import Described, Offer, OfferCases
from bench.harness.side_process import Launch, SideProcess, build_stage
from reports.gate_record import SideName, Stage

Part = Literal["base", "head", "twin"]  # the twin is base, in head's slot
SLOTS = (0, 1)


@dataclass(frozen=True)
class SessionPlan:
    """Which processes are started.

    Args:
        stage: whose pairs they serve.
        number: of the session, within its stage.
        has_control: base is also measured against itself.
    """

    stage: Stage
    number: int
    has_control: bool


@dataclass(frozen=True)
class Session:
    """Processes that serve a round of pairs, or a few.

    Args:
        processes: of each part.
        head_slot: where head and the twin sit; base sits in the other.
        lots: decide which process of a control pair plays head's part.
        base_names: what base calls a case, where head calls it differently.
    """

    processes: Mapping[Part, Talker]
    head_slot: int
    lots: Lots
    base_names: Mapping[str, str]

    def seat(self, job: Job) -> Seats:
        """Who takes which side of a pair."""
        base_name = self.base_names.get(job.case, job.case)
        base = Seat(self.processes["base"], 1 - self.head_slot, base_name)
        if job.kind == "gate":
            return {"base": base, "head": Seat(self.processes["head"], self.head_slot, job.case)}
        twin = Seat(self.processes["twin"], self.head_slot, base_name)
        slot = self.lots.toss(f"control slot {job.case} {job.stage}", job.number)  # of the one that plays head
        return {"base": base, "head": twin} if slot == twin.slot else {"base": twin, "head": base}


class Sessions:
    """Opens sessions on two revisions.

    Args:
        workplace: both revisions; the folders of the slots are made in it.
        interpreters: which Python runs each.
        source: of the digits.
        design: says which cases there are.
        lots: decide on slots and seeds.
    """

    def __init__(
        self, workplace: Workplace, interpreters: Interpreters, source: str, design: PairDesign, lots: Lots
    ) -> None:
        self._workplace, self._interpreters, self._source = workplace, interpreters, source
        self._design, self._lots = design, lots
        self.base_names: Mapping[str, str] = {}
        for slot in SLOTS:
            for name, checkout in (("base", workplace.base), ("head", workplace.head)):
                build_stage(self._folder(slot, name), checkout.folder)

    def introduce(self, name: SideName) -> tuple[Offer, Described]:
        """The cases of a revision, its data and versions; later processes take the same data.

        Raises:
            InputError: its mnist_core does not work here, or the data cannot be had.
        """
        with ExitStack() as stack:
            process, offer = self._start(name, slot=0, hash_seed=0, stack=stack)
            described = process.describe_setting()
        if self._source == "auto":
            self._source = described.setting.data_name
        return offer, described

    @contextmanager
    def open(self, plan: SessionPlan) -> Iterator[Session]:
        """Fresh processes, until the block ends."""
        head_slot = self._lots.toss(f"slot {plan.stage}", plan.number)
        hash_seed = self._lots.draw_hash_seed(plan.stage, plan.number)
        slots: dict[Part, int] = {"base": 1 - head_slot, "head": head_slot}
        if plan.has_control:
            slots["twin"] = head_slot
        with ExitStack() as stack:
            started = {
                part: self._start(part, slot=slot, hash_seed=hash_seed, stack=stack)[0]
                for part, slot in sorted(slots.items(), key=lambda item: item[1])
            }
            yield Session(started, head_slot, self._lots, self.base_names)

    def _start(self, part: Part, *, slot: int, hash_seed: int, stack: ExitStack) -> tuple[SideProcess, Offer]:
        revision: SideName = "head" if part == "head" else "base"
        checkout = getattr(self._workplace, revision)
        process = SideProcess(
            Launch(
                name=f"{revision} ({checkout.name})",
                python=getattr(self._interpreters, revision),
                folder=self._folder(slot, revision),
                source=self._source,
                hash_seed=hash_seed,
                scratch=self._workplace.folder,
            )
        )
        stack.callback(process.close)
        return process, process.offer_cases(OfferCases(self._design.arm, self._design.num_examples))

    def _folder(self, slot: int, revision: str) -> Path:
        return self._workplace.folder / str(slot) / revision
