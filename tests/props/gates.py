"""Gate runs that never took place: pairs whose differences are given, or drawn from a noise that is known."""

import math
import random
from collections.abc import Callable
from dataclasses import replace

from reports.gate.plan import GatedMetric, Threshold
from reports.gate.record import Cases, Failure, GateRecord, Pair, PairKind, Revision, Side, Stage
from reports.gate.settings import DEFAULT_PLAN
from reports.gate.stages import PairRequest, find_next_pairs
from reports.record.machine import Machine, Setting
from reports.record.sample import Sample

SETTING = Setting("mnist.npz", "ab" * 32, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
WALL_NS = 200_000_000
BYTES = 50 * 2**20
CALM = [0.004, -0.004, 0.003, -0.003, 0.002, -0.002]  # all within 0.4 %: nothing changed

Noise = Callable[[random.Random], float]
Draw = Callable[[PairRequest, int], Pair | Failure]


def build_sample(difference: float = 0.0, *, contaminated: bool = False) -> Sample:
    """A turn that takes exp(difference) times as long as usual, by every clock."""
    factor = math.exp(difference)
    wall_ns, cpu_ns, first_ns = (round(share * WALL_NS * factor) for share in (1.0, 1.5, 0.1))
    return Sample(wall_ns, cpu_ns, first_ns, num_examples=1000, contaminated=contaminated)


def build_pair(
    case: str, number: int, difference: float, *, kind: PairKind = "gate", stage: Stage = "screen", num_turns: int = 1
) -> Pair:
    base = Side(0, (build_sample(),) * num_turns, BYTES)
    head = Side(1, (build_sample(difference),) * num_turns, BYTES)
    return Pair(case, kind, stage, number, "base", base, head)


def build_gate(
    *cases: str,
    metrics: tuple[GatedMetric, ...] = ("time",),
    limit: float = 0.05,
    margin: float = 0.01,
    **fields: object,
) -> GateRecord:
    """A run in which nothing is measured yet; the first case is the control."""
    thresholds = tuple(Threshold(case, metric, limit, margin) for case in cases for metric in metrics)
    gate = GateRecord(
        base=Revision("main", "1" * 40, SETTING),
        head=Revision("feature", "2" * 40, SETTING),
        machine=Machine("Test CPU", 2, "Linux"),
        cases=Cases(cases),
        plan=replace(DEFAULT_PLAN, thresholds=thresholds, control_cases=cases[:1]),
        seed=7,
        pairs=(),
        failures=(),
        notices=(),
        datetime="2026-11-25T10:00:00+00:00",
    )
    return replace(gate, **fields)


def add_pairs(
    gate: GateRecord, case: str, stage: Stage, differences: list[float], kind: PairKind = "gate"
) -> GateRecord:
    pairs = [build_pair(case, number, each, kind=kind, stage=stage) for number, each in enumerate(differences)]
    return replace(gate, pairs=(*gate.pairs, *pairs))


def control(gate: GateRecord, difference: float = 0.0) -> GateRecord:
    """Twelve control pairs that go up and down in turn, around `difference`."""
    return add_pairs(gate, gate.plan.control_cases[0], "screen", [difference + 0.01, difference - 0.01] * 6, "control")


def screened(*cases: str, margin: float = 0.01, **differences: list[float]) -> GateRecord:
    """A run whose control and screen are there: calm, but for these cases."""
    gate = control(build_gate(*cases, margin=margin))
    for case in cases:
        gate = add_pairs(gate, case, "screen", differences.get(case, CALM))
    return gate


def fail(gate: GateRecord, number: int, *, stage: Stage = "screen", case: str = "a") -> GateRecord:
    """The run with head killed in one more pair."""
    return replace(gate, failures=(*gate.failures, Failure(case, "gate", stage, number, "head", "killed by signal 9")))


def run_gate(gate: GateRecord, draw: Draw, *, max_pairs: int = 10_000) -> GateRecord:
    """Measure what is asked for until nothing is, or the pairs are used up, as the live run does."""
    while requests := find_next_pairs(gate):
        for request in requests:
            for number in range(len(gate.find_tried(request.series)), request.num_pairs):
                if len(gate.pairs) == max_pairs:
                    return replace(gate, interruption="the budget ended")
                measured = draw(request, number)
                if isinstance(measured, Pair):
                    gate = replace(gate, pairs=(*gate.pairs, measured))
                else:
                    gate = replace(gate, failures=(*gate.failures, measured))
    return gate


def draw_from(noise: Noise, effects: dict[str, float], seed: int) -> Draw:
    """Pairs with this noise, its sign tossed, and for some cases an effect in head."""
    source = random.Random(seed)  # noqa: S311  # noise, not a secret

    def draw(request: PairRequest, number: int) -> Pair:
        effect = effects.get(request.case, 0.0) if request.kind == "gate" else 0.0
        difference = noise(source) * source.choice((-1, 1)) + effect
        return build_pair(request.case, number, difference, kind=request.kind, stage=request.stage)

    return draw


def gauss(source: random.Random) -> float:
    """As calm as a good machine."""
    return source.gauss(0, 0.02)
