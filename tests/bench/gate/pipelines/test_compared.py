"""What is found of several pipelines: one that a side cannot give stops none of the others. The slots are fakes."""

from dataclasses import dataclass, field

import pytest

from bench.gate.pairs import Seat
from bench.gate.pipelines.compared import Compared, compare_pipelines, tell_failures, tell_refusal
from bench.gate.pipelines.lengths import Lengths
from bench.slots.process import SlotError
from bench.workers.protocol import Done, ReadContents, Ready, Start, WarmedUp, WarmUp
from reports.gate.work import Component, Contents, GatedPipeline
from reports.record.case import Case, Subject
from reports.record.machine import Setting
from reports.record.program import Extent
from reports.record.sample import Sample

SETTING = Setting("own", "f" * 64, ())
GIVEN = Contents(10, 100, True, 10, (Component("", "int64", (), "a"),), "a")
MS = 1_000_000
NAMES = {"base": "main", "head": "feature"}
FOLDERS = {"base": "/folders/base", "head": "/folders/head"}


class FakeProcess:
    """A slot whose worker fails at its start, at what it gives or at its first turn, or gives 100 examples in 20 ms."""

    def __init__(self, case: str, fails_at: type | None) -> None:
        self._case, self._fails_at = case, fails_at
        self._request: object = None

    def send(self, request) -> None:
        self._request = request

    def receive(self, kind):
        if self._fails_at is not None and isinstance(self._request, self._fails_at):
            raise SlotError(f"{self._case}: broke at {type(self._request).__name__}")
        answers = {Contents: GIVEN, Ready: Ready(SETTING, ()), Sample: Sample(20 * MS, 1, MS, 100), Done: Done()}
        warmed = WarmedUp(answers[Sample], None, Extent(10))
        return warmed if kind is WarmedUp else answers[kind]


@dataclass
class FakeSlots:
    """Seats both sides of a case; those whose case and side are named fail at such a request."""

    fails_at: dict[tuple[str, str], type]
    num_closed: int = 0
    seated: list[str] = field(default_factory=list)

    def seat(self, job):
        case = job.request.case
        self.seated.append(case)
        start = Start(Case(Subject("pipeline", case, f"data.py:{case}")), "auto")
        sides = {side: FakeProcess(case, self.fails_at.get((case, side))) for side in ("base", "head")}
        return {side: Seat(process, number, start) for number, (side, process) in enumerate(sides.items())}

    def close(self) -> None:
        self.num_closed += 1


def compare(**fails_at: type) -> tuple[Compared, FakeSlots]:
    """What is found of three cases, a, b and c; ``b_head=Start`` lets head's worker of b fail at its start."""
    slots = FakeSlots({tuple(name.split("_")): request for name, request in fails_at.items()})
    texts = {case: f"data.py:{case}" for case in "abc"}
    said: list[str] = []
    compared = compare_pipelines(slots, texts, core=None, times_different=False, say=said.append)
    assert len(said) == 3
    return compared, slots


def test_what_both_sides_give_is_compared_and_measured() -> None:
    compared, slots = compare()
    assert (list(compared.works), compared.failures, compared.new) == (["a", "b", "c"], {}, ())
    assert compared.lengths == dict.fromkeys("abc", Lengths())
    assert compared.settings == {"base": SETTING, "head": SETTING}
    assert slots.num_closed == 0


@pytest.mark.parametrize("request_kind", [Start, ReadContents, WarmUp])
def test_what_fails_in_base_alone_is_new_in_head_and_the_others_go_on(request_kind: type) -> None:
    compared, slots = compare(b_base=request_kind)
    assert compared.failures == {"b": {"base": f"data.py:b: broke at {request_kind.__name__}"}}
    assert compared.new == ("b",)
    assert (list(compared.works), list(compared.lengths)) == (["a", "c"], ["a", "c"])
    assert slots.num_closed >= 2, "the processes are in any state after a failure"
    assert [each.case for each in compared.describe(dict.fromkeys("abc", "text"), str)] == ["a", "c"]


@pytest.mark.parametrize("request_kind", [Start, ReadContents, WarmUp])
def test_what_fails_in_head_alone_is_a_failure_of_head(request_kind: type) -> None:
    compared, _ = compare(b_head=request_kind)
    assert compared.new == ()
    described = compared.describe({case: f"data.py:{case}" for case in "abc"}, lambda failures: f"told {failures}")
    reason = f"told {{'head': 'data.py:b: broke at {request_kind.__name__}'}}"
    assert described[1] == GatedPipeline("b", "data.py:b", None, failure=reason)
    assert [each.failure for each in described] == ["", reason, ""]
    assert tell_refusal(described) == ""


@pytest.mark.parametrize("request_kind", [Start, ReadContents, WarmUp])
def test_what_fails_on_both_sides_is_not_called_new(request_kind: type) -> None:
    compared, _ = compare(b_head=request_kind, b_base=request_kind)
    assert set(compared.failures["b"]) == {"base", "head"}
    assert (compared.new, list(compared.works)) == ((), ["a", "c"])


def test_sides_that_fail_are_told_with_their_names_and_files_as_the_repository_has_them() -> None:
    reason = "data.py:b cannot be built at {}/data.py:3: broke"
    of_base, of_head = (reason.format(FOLDERS[side]) for side in ("base", "head"))
    told = "data.py:b cannot be built at data.py:3: broke"
    assert tell_failures({"head": of_head}, NAMES, FOLDERS) == f"head, feature: {told}"
    assert tell_failures({"head": of_head, "base": of_base}, NAMES, FOLDERS) == f"base, main and head, feature: {told}"
    assert tell_failures({"head": "x", "base": "y"}, NAMES, FOLDERS) == "base, main: y; head, feature: x"
