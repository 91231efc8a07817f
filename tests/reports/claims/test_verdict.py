"""Verdicts on hand-made turns, on both sides of every boundary."""

from dataclasses import replace

import pytest
from case_records import change, make_case_record

from reports.claims.claim import Claim
from reports.claims.verdict import Ruling, judge_claims
from reports.record.machine import Machine, Setting
from reports.record.memory import Memory
from reports.record.record import CaseRecord, Record
from reports.record.sample import Mixing, Sample, Turn
from reports.summary.summary import summarize

SETTING = Setting("mnist.npz", "ab" * 32, (("python", "3.11.7"),))
CLAIM = Claim("X1", "a is fast", "somebody", "time", "a", to="b", at_most=0.5)


def sample(wall_ns: int, **choices) -> Sample:
    return Sample(wall_ns, 1, choices.pop("first_batch_ns", 1), choices.pop("num_examples", 10), **choices)


def make_case(name: str, samples: list[Sample], **choices) -> CaseRecord:
    turns = tuple(Turn(number, each) for number, each in enumerate(samples))
    return make_case_record(name, "batch(1)", SETTING, turns, **choices)


def timed(name: str, walls_ns: list[int], **choices) -> CaseRecord:
    return make_case(name, [sample(wall_ns) for wall_ns in walls_ns], **choices)


def remembered(name: str, **numbers: int | None) -> CaseRecord:
    memory = Memory(
        1, **{"live_bytes": None, "peak_bytes": None, "kept_bytes": None, **numbers}, kept_after_trim_bytes=1
    )
    return change(timed(name, [1]), consumer="memory", group="memory", turns=(), memory=memory)


def judge(claim: Claim, *cases: CaseRecord):
    record = Record(cases, Machine("Test CPU", 2, "Linux"), "2026-11-25T08:00")
    (verdict,) = judge_claims((claim,), summarize(record))
    return verdict


def test_the_ratio_is_taken_turn_against_turn_of_a_round() -> None:
    # the machine was ten times slower in every second round: the ratios do not see it
    a, b = timed("a", [40, 400, 41, 410, 39, 390]), timed("b", [100, 1000, 100, 1000, 100, 1000])
    verdict = judge(CLAIM, a, b)
    assert (verdict.kind, verdict.measured.median) == (Ruling.HOLDS, pytest.approx(0.4))
    assert (verdict.measured.low, verdict.measured.high) == pytest.approx((0.39, 0.41))


@pytest.mark.parametrize(
    ("walls", "kind"),
    [
        ([50, 50, 50, 50, 50, 50], Ruling.HOLDS),  # at most 0.5 includes it
        ([50, 50, 50, 50, 50, 51], Ruling.INCONCLUSIVE),
        ([51, 52, 53, 52, 51, 60], Ruling.REFUTED),
        ([40, 40, 40, 60, 60, 60], Ruling.INCONCLUSIVE),
    ],
)
def test_a_verdict_needs_the_whole_interval(walls: list[int], kind: Ruling) -> None:
    assert judge(CLAIM, timed("a", walls), timed("b", [100] * 6)).kind is kind


@pytest.mark.parametrize(
    ("at_least", "at_most", "kind"),
    [
        (0.4, None, Ruling.HOLDS),
        (0.41, None, Ruling.REFUTED),
        (0.3, 0.4, Ruling.HOLDS),
        (0.3, 0.39, Ruling.REFUTED),
        (None, 0.4, Ruling.HOLDS),
    ],
)
def test_bounds_from_both_sides(at_least, at_most, kind: Ruling) -> None:
    claim = replace(CLAIM, at_least=at_least, at_most=at_most)
    assert judge(claim, timed("a", [40] * 6), timed("b", [100] * 6)).kind is kind


def test_an_interval_that_touches_a_bound_from_outside_refutes_nothing() -> None:
    a, b = timed("a", [40, 40, 40, 40, 40, 50]), timed("b", [100] * 6)
    assert judge(replace(CLAIM, at_most=None, at_least=0.5), a, b).kind is Ruling.INCONCLUSIVE
    assert judge(replace(CLAIM, at_most=0.4), a, b).kind is Ruling.INCONCLUSIVE
    assert judge(replace(CLAIM, at_most=None, at_least=0.51), a, b).kind is Ruling.REFUTED


def test_what_is_not_conclusive_says_what_could_have_been_seen() -> None:
    verdict = judge(CLAIM, timed("a", [40, 40, 50, 50, 60, 60]), timed("b", [100] * 6))
    assert (verdict.kind, verdict.reason) == (
        Ruling.INCONCLUSIVE,
        "sees effects from 25 %",
    )  # 0.5 / 0.4 above 0.6 / 0.5


@pytest.mark.parametrize(("num_turns", "kind"), [(1, Ruling.INCONCLUSIVE), (5, Ruling.INCONCLUSIVE), (6, Ruling.HOLDS)])
def test_too_few_turns_decide_nothing(num_turns: int, kind: Ruling) -> None:
    verdict = judge(CLAIM, timed("a", [1] * num_turns), timed("b", [100] * num_turns))
    assert verdict.kind is kind
    assert verdict.reason == ("too few turns" if kind is Ruling.INCONCLUSIVE else "")


@pytest.mark.parametrize(
    ("metric", "first", "second", "ratio"),
    [
        ("time", sample(40, num_examples=20), sample(40), 0.5),  # of an example, whatever the epochs
        ("seconds", sample(40, num_examples=20), sample(40), 1.0),
        ("first_batch", sample(9, first_batch_ns=2), sample(9, first_batch_ns=8), 0.25),
        ("busy", sample(101, busy_ns=50), sample(101, busy_ns=100), 0.5),  # the wait for the first batch left out
        ("accuracy", sample(1, accuracy=0.4), sample(1, accuracy=0.8), 0.5),
        ("displacement", sample(1, mixing=Mixing(0.1, 0.9)), sample(1, mixing=Mixing(0.2, 0.9)), 0.5),
        ("label_runs", sample(1, mixing=Mixing(0.1, 0.9)), sample(1, mixing=Mixing(0.2, 0.9)), 1.0),
    ],
)
def test_every_metric_of_a_turn(metric: str, first: Sample, second: Sample, ratio: float) -> None:
    claim = replace(CLAIM, metric=metric, at_most=100.0)
    verdict = judge(claim, make_case("a", [first] * 6), make_case("b", [second] * 6))
    assert verdict.measured.median == pytest.approx(ratio)


def test_one_case_against_a_number() -> None:
    claim = Claim("X2", "it takes a minute", "somebody", "seconds", "a", number=60.0, at_most=1.0)
    a = timed("a", [59_000_000_000, 60_000_000_000] * 3)
    assert judge(claim, a).kind is Ruling.HOLDS
    assert judge(replace(claim, number=59.0), a).kind is Ruling.INCONCLUSIVE
    assert judge(replace(claim, number=58.0), a).kind is Ruling.REFUTED


@pytest.mark.parametrize(
    ("live", "kind"),
    [(44, Ruling.HOLDS), (45, Ruling.INCONCLUSIVE), (56, Ruling.INCONCLUSIVE), (57, Ruling.REFUTED)],
)
def test_bytes_are_read_once_and_carry_their_known_spread(live: int, kind: Ruling) -> None:
    """Two readings, each within 6 %: a ratio of 0.5 is beyond doubt from 0.445 down and from 0.562 up."""
    claim = replace(CLAIM, metric="live_bytes")
    assert judge(claim, remembered("a", live_bytes=live), remembered("b", live_bytes=100)).kind is kind


def test_bytes_against_a_number_carry_the_spread_of_one_reading() -> None:
    claim = Claim("X3", "it is a kilobyte", "somebody", "live_bytes", "a", number=1000, at_most=1.0)
    assert judge(claim, remembered("a", live_bytes=943)).kind is Ruling.HOLDS
    assert judge(claim, remembered("a", live_bytes=944)).kind is Ruling.INCONCLUSIVE


def test_a_platform_without_a_source_cannot_run_it() -> None:
    claim = replace(CLAIM, metric="live_bytes")
    verdict = judge(claim, remembered("a", live_bytes=None), remembered("b", live_bytes=100))
    assert (verdict.kind, verdict.reason) == (Ruling.NOT_RUN, "this platform has no source for it")


def test_what_was_not_measured_says_why() -> None:
    a, b = timed("a", [1] * 6), timed("b", [1] * 6)
    assert judge(CLAIM, a).reason == "slow: give --claims X1 or all"
    assert judge(CLAIM, a, change(b, arm="raw")).kind is Ruling.NOT_RUN
    assert judge(CLAIM, a, change(b, consumer="step")).kind is Ruling.NOT_RUN
    assert judge(replace(CLAIM, device="gpu"), a, b).reason == "no GPU in this run"
    assert judge(replace(CLAIM, data="cd" * 32), a, b).reason == "needs the real MNIST"
    assert judge(replace(CLAIM, data="ab" * 32), a, b).kind is not Ruling.NOT_RUN


def test_only_turns_of_one_group_are_paired() -> None:
    a, b = timed("a", [1] * 6), timed("b", [100] * 6)
    assert judge(CLAIM, a, b).kind is Ruling.HOLDS
    assert judge(CLAIM, a, replace(b, group="claims")).kind is Ruling.NOT_RUN


def test_two_arms_of_one_case() -> None:
    claim = replace(CLAIM, to="a", to_arm="raw")
    assert judge(claim, timed("a", [1] * 6), timed("a", [100] * 6, arm="raw")).kind is Ruling.HOLDS


EVEN = [100, 101, 102, 98, 99, 100]
UNEVEN = [
    100,
    101,
    127,
    78,
    99,
    100,
]  # over EVEN from 78 / 98 = 0.796 to 127 / 102 = 1.245: a factor of 98 / 78 = 1.256


def run_controlled(claim: Claim, walls: list[int], twin: list[int]):
    """The verdict on a case over 100 ns, in a run whose control, over its twin, is `twin` over EVEN."""
    pair = timed("batch_before_map", EVEN), timed("control", twin)
    return judge(claim, *pair, timed("a", walls), timed("b", [100] * 6))


def test_a_claim_is_not_refuted_by_what_equal_cases_differ_by() -> None:
    walls = [100, 105, 110, 115, 120, 125]
    claim = replace(CLAIM, at_most=0.95)
    assert judge(claim, timed("a", walls), timed("b", [100] * 6)).kind is Ruling.REFUTED
    verdict = run_controlled(claim, walls, UNEVEN)
    assert (verdict.kind, verdict.reason) == (Ruling.INCONCLUSIVE, "equal cases differed by up to 26 %")
    assert (verdict.measured.low, verdict.measured.high) == (1.0, 1.25)
    assert run_controlled(claim, walls, EVEN).kind is Ruling.REFUTED, "on a quiet machine it is"


def test_a_claim_does_not_hold_by_what_equal_cases_differ_by() -> None:
    claim = replace(CLAIM, at_most=0.95)
    assert run_controlled(claim, [90] * 6, EVEN).kind is Ruling.HOLDS
    assert run_controlled(claim, [90] * 6, UNEVEN).kind is Ruling.INCONCLUSIVE


@pytest.mark.parametrize(
    ("bounds", "walls", "kind"),
    [  # 98 / 78 is 1.2564, 78 / 98 is 0.7959
        ({"at_most": 0.95}, [126] * 6, Ruling.REFUTED),  # slower than equal cases can seem
        ({"at_most": 0.95}, [125] * 6, Ruling.INCONCLUSIVE),
        ({"at_most": 0.95}, [79] * 6, Ruling.HOLDS),
        ({"at_most": 0.95}, [80] * 6, Ruling.INCONCLUSIVE),
        ({"at_most": 0.95}, [50, 50, 50, 50, 50, 80], Ruling.INCONCLUSIVE),  # the end next to 1 decides
        ({"at_most": 0.95}, [125, 200, 200, 200, 200, 200], Ruling.INCONCLUSIVE),  # a wider interval tells no more
        ({"at_most": 0.79}, [100] * 6, Ruling.REFUTED),  # equal cases do not seem to differ by as much as is claimed
        ({"at_most": 0.80}, [100] * 6, Ruling.INCONCLUSIVE),
        ({"at_most": None, "at_least": 1.25}, [100] * 6, Ruling.INCONCLUSIVE),
        ({"at_most": None, "at_least": 1.26}, [100] * 6, Ruling.REFUTED),
        ({"at_most": 1.26}, [100] * 6, Ruling.HOLDS),  # even an equal case that seems slower is within the bound
        ({"at_most": 2.0, "at_least": 1.1}, [120] * 6, Ruling.INCONCLUSIVE),  # one of two bounds is too near
    ],
)
def test_both_sides_of_what_equal_cases_differ_by(bounds, walls: list[int], kind: Ruling) -> None:
    assert run_controlled(replace(CLAIM, **bounds), walls, UNEVEN).kind is kind


def test_the_control_binds_what_it_was_measured_by_and_nothing_else() -> None:
    uneven = timed("control", UNEVEN)
    pair = timed("batch_before_map", EVEN), uneven
    busy = [make_case(name, [sample(101, busy_ns=each)] * 6) for name, each in (("a", 90), ("b", 100))]
    claim = replace(CLAIM, metric="busy", at_most=0.95)
    assert judge(claim, *pair, *busy).kind is Ruling.HOLDS, "drained cases do not compute"
    first = [make_case(name, [sample(9, first_batch_ns=each)] * 6) for name, each in (("a", 9), ("b", 8))]
    assert judge(replace(CLAIM, metric="first_batch", at_most=1.0), *pair, *first).kind is Ruling.REFUTED
    number = Claim("X2", "it takes 100 ns", "somebody", "time", "a", number=1e-9, at_most=11.0)
    assert judge(number, *pair, timed("a", [100] * 6)).kind is Ruling.HOLDS, "a number is no other case"
