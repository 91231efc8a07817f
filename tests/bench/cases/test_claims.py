"""The cases behind the claims: each is there, its name is its own, and it runs on a few digits."""

from collections import Counter

import pytest
from meters import make_meter, read_memory

from bench.cases.claims import build_claim_cases, identify
from bench.cases.orderings import build_drain_cases, build_fed_cases, build_memory_cases
from bench.cases.selection import Selection
from mnist_core.digits.load import Digits
from reports.claims.claim import ClaimError
from reports.claims.file import load_claims
from reports.record.case import Case

ALL = build_claim_cases("all")
MAIN = [
    case
    for build in (build_drain_cases, build_fed_cases, build_memory_cases)
    for case in build(Selection(num_examples=9))
]
EVERY = [case for cases in ALL.values() for case in cases]


def test_every_claim_finds_its_cases() -> None:
    there = {identify(case) for case in (*EVERY, *MAIN)}
    missing = {
        claim.id
        for claim in load_claims()
        for wanted in claim.wanted_cases
        if (*wanted, claim.device) not in there and claim.device == "cpu"
    }
    assert missing == set()


def test_every_case_has_a_name_of_its_own() -> None:
    counts = Counter(identify(case) for case in (*EVERY, *MAIN))
    assert [name for name, count in counts.items() if count > 1] == []
    assert len({case.id for case in EVERY if case.consumer != "memory"}) == sum(c.consumer != "memory" for c in EVERY)


def test_claims_that_are_compared_turn_by_turn_are_measured_together() -> None:
    groups = {identify(case): group for group, cases in ALL.items() for case in cases}
    groups |= {identify(case): "main" for case in MAIN}
    for claim in load_claims():
        if not claim.is_of_memory and claim.device == "cpu":
            assert len({groups[(*wanted, claim.device)] for wanted in claim.wanted_cases}) == 1, claim.id


def test_only_what_is_asked_for_is_measured() -> None:
    assert not any(build_claim_cases(None).values())
    chosen = build_claim_cases("C28b,C6")
    assert {case.name for cases in chosen.values() for case in cases} == {
        "python_function",
        "graph_function",
        "three_epochs",
    }
    with pytest.raises(ClaimError, match="got 'C28x': did you mean C28"):
        build_claim_cases("C28x")


def test_claims_about_the_gpu_have_their_cases_there_and_nothing_else_is_moved() -> None:
    both = build_claim_cases("all", ("cpu", "gpu"))
    on_gpu = {identify(case) for cases in both.values() for case in cases if case.device == "gpu"}
    wanted = {(*case, "gpu") for claim in load_claims() if claim.device == "gpu" for case in claim.wanted_cases}
    assert on_gpu == wanted != set()
    assert [case for cases in both.values() for case in cases if case.device == "cpu"] == EVERY
    alone = build_claim_cases("C37b", ("gpu",))
    assert [case.id for cases in alone.values() for case in cases] == [
        "fit_jit-fit-default-gpu",
        "fit_no_jit-fit-default-gpu",
    ]
    assert not any(build_claim_cases("C28b", ("gpu",)).values()), "it is about the CPU"


@pytest.mark.long
@pytest.mark.parametrize("case", [case for case in EVERY if case.consumer != "memory"], ids=lambda case: case.id)
def test_every_case_delivers_a_whole_epoch(case: Case, digits: Digits) -> None:
    meter = make_meter(case, digits)
    sample = meter.measure_turn()
    assert sample.num_examples == 200 * (case.fitting.num_epochs if case.fitting else 1)
    program = meter.read_program()
    assert (program is None) == (case.fitting is not None and case.fitting.from_arrays)


@pytest.mark.parametrize("case", ALL["claims_memory"], ids=lambda case: case.id)
def test_every_case_can_be_read(case: Case, digits: Digits) -> None:
    memory = read_memory(case, digits)
    assert memory.predicted_bytes > 0
    assert memory.source_bytes is None or memory.source_bytes >= 0
