"""What more work is worth: by how much the CPU time of each case grows when its pipeline computes every example twice.

It is less than twice the time: what an epoch costs however long it is, and what the consumer does with a batch, stay as
they are. So the batches that make 5 % of a case are counted by this gain, measured once for all trials.
"""

from __future__ import annotations

import dataclasses
import json
import math
import statistics
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.gate.design import PairDesign
from bench.gate.draws import Lots
from bench.gate.pairs import Job, measure_pair
from bench.gate.slots import Slots
from bench.trials.slowdown import SlowdownError
from mnist_core.files.whole_file import write_whole
from mnist_core.language.ordering import parse_ordering
from reports.gate.pairs import read_difference
from reports.gate.record import Failure, Pair
from reports.gate.stages import PairRequest
from reports.record.case import Case
from reports.record.errors import RecordError
from reports.record.file import load_json
from reports.record.stored.typed_json import convert_json

FILE = "gains.json"
NUM_PAIRS = 8  # with an SD of 6 % a pair, a gain of 0.6 is known to 6 %: 5 % are 4.7 to 5.3
LEAST_GAIN = 0.1  # below it the pipeline is hardly a part of what is measured


@dataclass(frozen=True)
class Gain:
    """How much more CPU time a case takes when its pipeline works twice.

    Args:
        case: Id of the case.
        ordering: The case's ordering as text.
        num_batches: Whole batches of an epoch.
        gain: CPU time that the case takes more, as a share; 1 is twice the time.
    """

    case: str
    ordering: str
    num_batches: int
    gain: float

    def misses_by(self, share: float) -> float:
        """How far the slowdown in whole batches is from a share; 0.1 is a tenth of it, more or less."""
        return abs(self.count_more(share) / self.num_batches * self.gain / share - 1)

    def count_more(self, share: float) -> int:
        """The batches that take this share of the case's CPU time when they are computed and dropped."""
        return max(1, round(share / self.gain * self.num_batches))


def count_batches(case: Case, num_examples: int) -> int:
    """The whole batches of an epoch."""
    return num_examples // parse_ordering(case.subject.text).batch.batch_size


def measure_gains(
    cases: Sequence[Case],
    slots: Slots,
    design: PairDesign,
    *,
    lots: Lots,
    tell: Callable[[int, int], None],
    notice: Callable[[str], None],
) -> tuple[Gain, ...]:
    """The gain of each case, without those that hardly have one.

    Args:
        cases: Cases to measure.
        slots: The processes of both sides; head's pipelines compute everything twice.
        design: How pairs are measured.
        lots: Decide on every order.
        tell: Is told how many pairs are done, and of how many.
        notice: Is told of cases that are left out.

    Raises:
        SlowdownError: A case failed, or none is left.
    """
    differences: dict[str, list[float]] = {case.id: [] for case in cases}
    with closing(slots):
        for number in range(NUM_PAIRS):
            drawn = lots.draw(len(cases), "lots of gains", number)
            for rank, (case, lot) in enumerate(zip(lots.shuffle(cases, "gains", number), drawn, strict=True)):
                job = Job(PairRequest(case.id, "gate", "screen", NUM_PAIRS), number, lot, design.choose_core())
                differences[case.id].append(_read(measure_pair(job, slots.seat(job), design.num_turns)))
                tell(number * len(cases) + rank + 1, NUM_PAIRS * len(cases))
    gains: list[Gain] = []
    for case in cases:
        gain = math.expm1(statistics.median(differences[case.id]))
        if gain < LEAST_GAIN:
            notice(f"{case.id} takes only {gain:.0%} more CPU time when it works twice: it is not slowed down")
        else:
            gains.append(Gain(case.id, case.subject.text, count_batches(case, design.num_examples), gain))
    if not gains:
        raise SlowdownError("no case takes more CPU time when its pipeline works twice: choose others.")
    return tuple(gains)


def _read(measured: Pair | Failure) -> float:
    if isinstance(measured, Failure):
        raise SlowdownError(f"{measured.case} with more work failed: {measured.reason}")
    difference = read_difference(measured, "cpu")
    if difference is None:
        raise SlowdownError(f"{measured.case} gave no CPU time on this platform: no work can be added by its share.")
    return difference


def save_gains(gains: Sequence[Gain], folder: Path) -> None:
    """Keep the gains for later slices; raises OSError."""
    write_whole(folder / FILE, json.dumps([dataclasses.asdict(each) for each in gains], indent=2).encode())


def load_gains(folder: Path) -> tuple[Gain, ...]:
    """The gains that were kept; none if there are none.

    Raises:
        RecordError: The file is damaged.
    """
    if not (folder / FILE).exists():
        return ()
    try:
        return convert_json(load_json(folder / FILE), tuple[Gain, ...])
    except ValueError:
        raise RecordError(f"{folder / FILE} is damaged: remove it, and it is measured again.") from None
