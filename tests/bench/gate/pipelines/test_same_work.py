"""The same work: what is read of whom, how often, and what is made of it. The sides are fakes."""

from dataclasses import dataclass, field, replace

import pytest

from bench.gate.pairs import Seat, SideFailedError
from bench.gate.pipelines.same_work import AGAIN_S, PART, RANDOM, SEEDED, SameWork
from bench.slots.process import SlotError
from bench.workers.protocol import Done, ReadContents, Ready, Start, Stop
from reports.gate.work import Component, Contents
from reports.record.case import Case, Subject
from reports.record.machine import Setting

SETTING = Setting("own", "f" * 64, ())
CASE = Case(Subject("pipeline", "make", "data.py:make"))


def give(num_examples: int = 100, digest: str = "a", *, is_whole: bool = True, batch_size: int = 10) -> Contents:
    component = Component("", "int64", (), digest)
    return Contents(num_examples // batch_size, num_examples, is_whole, batch_size, (component,), digest)


@dataclass
class FakePipeline:
    """A revision's pipeline: so many examples, of which so many come in the time that there is at first.

    Args:
        length: Number of examples.
        digest: What they are.
        fast: Number of examples that come in time.
        by_seed: True if another seed gives others.
        is_random: True if every reading gives others.
        fails: Whether it fails: never, if it must be deterministic, or always.
        moved_files: Where its caches would have written.
    """

    length: int = 100
    digest: str = "a"
    batch_size: int = 10
    fast: int = 1000
    by_seed: bool = False
    is_random: bool = False
    fails: str = "never"
    moved_files: tuple[str, ...] = ()
    asked: list[ReadContents] = field(default_factory=list)

    def read(self, request: ReadContents) -> Contents:
        self.asked.append(request)
        if self.fails == "always" or (self.fails == "deterministic" and request.is_deterministic):
            raise SlotError("make-default-cpu: broke")
        most = min(request.num_examples, self.fast if request.limit_s < AGAIN_S else 10**9)
        digest = f"{self.digest}{request.seed if self.by_seed else ''}{len(self.asked) if self.is_random else ''}"
        is_whole = self.length <= most
        return give(
            min(self.length, most),
            digest if is_whole else f"{digest} {most}",
            is_whole=is_whole,
            batch_size=self.batch_size,
        )


class FakeSlot:
    def __init__(self, pipeline: FakePipeline) -> None:
        self._pipeline, self._request = pipeline, None
        self.started: Start | None = None

    def send(self, request) -> None:
        self._request = request
        if isinstance(request, Start):
            self.started = request

    def receive(self, kind):
        if isinstance(self._request, ReadContents):
            assert self.started.case.consumer == "contents"
            return self._pipeline.read(self._request)
        answer = (
            Ready(SETTING, (), moved_files=self._pipeline.moved_files) if isinstance(self._request, Start) else Done()
        )
        assert isinstance(self._request, Start | Stop)
        assert isinstance(answer, kind)
        return answer


def compare(base: FakePipeline, head: FakePipeline):
    def sit(kind):
        sides = {"base": base, "head": base if kind == "control" else head}
        return {
            name: Seat(FakeSlot(each), number, Start(CASE, "auto")) for number, (name, each) in enumerate(sides.items())
        }

    work, settings = SameWork(sit, lambda: None).compare()
    assert settings == {"base": SETTING, "head": SETTING}
    return work


def test_what_is_the_same_is_read_once() -> None:
    base, head = FakePipeline(), FakePipeline()
    work = compare(base, head)
    assert (work.agreement, work.is_whole, work.remarks) == ("bits", True, ())
    assert len(base.asked) == len(head.asked) == 1


@pytest.mark.parametrize(
    ("of_base", "of_head", "paths"),
    [(("a",), ("a",), "a"), (("a",), ("b", "a"), "a, b"), (tuple("abc"), tuple("abcd"), "a, b, c, ...")],
)
def test_where_caches_would_have_written_is_said(of_base: tuple[str], of_head: tuple[str], paths: str) -> None:
    said = f"files of caches and snapshots ({paths}) are in a temporary folder, of each process its own"
    for digest in "ab":
        work = compare(FakePipeline(moved_files=of_base), FakePipeline(digest=digest, moved_files=of_head))
        assert work.remarks == (said,)


def test_what_differs_is_not_the_same_if_base_is_the_same_as_itself() -> None:
    base, head = FakePipeline(), FakePipeline(digest="b")
    work = compare(base, head)
    assert (work.differences, work.remarks) == (("component 0: other values",), ())
    assert [each.seed for each in base.asked] == [0, 0, 1]
    assert len(head.asked) == 1


def test_a_difference_that_another_seed_makes_as_well_is_remarked() -> None:
    work = compare(FakePipeline(by_seed=True), FakePipeline(digest="b", by_seed=True))
    assert (work.is_same, work.remarks) == (False, (SEEDED,))


def test_what_draws_the_same_from_the_same_seeds_is_the_same() -> None:
    assert compare(FakePipeline(by_seed=True), FakePipeline(by_seed=True)).agreement == "bits"


def test_what_is_random_whatever_the_seeds_is_compared_without_values() -> None:
    work = compare(FakePipeline(is_random=True), FakePipeline(digest="b", is_random=True))
    assert (work.agreement, work.remarks) == ("shapes", (RANDOM,))
    shorter = compare(FakePipeline(is_random=True), FakePipeline(99, is_random=True))
    assert shorter.differences == ("100 examples against 99",)


@pytest.mark.parametrize(("of_base", "of_head"), [(30, 1000), (1000, 30), (50, 30), (30, 30)])
def test_a_side_that_was_faster_is_read_as_far_as_the_other(of_base: int, of_head: int) -> None:
    work = compare(FakePipeline(fast=of_base), FakePipeline(fast=of_head))
    assert (work.agreement, work.num_examples, work.is_whole) == ("bits", 30, False)


def test_an_end_that_one_side_has_and_the_other_has_not_is_found() -> None:
    base, head = FakePipeline(20), FakePipeline(10**9)
    assert compare(base, head).differences == ("20 examples against 1,000 and more",)
    assert compare(head, base).differences == ("1,000 and more examples against 20",)


def test_a_last_batch_that_another_batch_size_drops_is_left_out() -> None:
    work = compare(FakePipeline(100, "a 96", batch_size=10), FakePipeline(96, batch_size=32))
    assert work.num_examples == 96
    same_size = compare(FakePipeline(100), FakePipeline(96))
    assert same_size.differences == ("100 examples against 96",)
    too_few = compare(FakePipeline(100, batch_size=10), FakePipeline(60, batch_size=32))
    assert too_few.differences == ("100 examples against 60",)


def test_what_cannot_be_deterministic_is_read_without() -> None:
    base = FakePipeline(fails="deterministic")
    assert compare(base, FakePipeline()).agreement == "bits"
    assert [each.is_deterministic for each in base.asked] == [True, False]


@pytest.mark.parametrize("side", ["base", "head"])
def test_a_side_that_fails_or_gives_nothing_is_named(side: str) -> None:
    for broken, reason in (
        (FakePipeline(fails="always"), "make-default-cpu: broke"),
        (FakePipeline(0), "gives no example: its dataset is empty."),
    ):
        sides = {"base": FakePipeline(), "head": FakePipeline(), side: broken}
        with pytest.raises(SideFailedError) as told:
            compare(**sides)
        assert (told.value.side, str(told.value)) == (side, reason)


def test_a_part_is_read_again_as_far_as_before() -> None:
    base = FakePipeline(fast=30)
    work = compare(base, replace(FakePipeline(digest="b"), asked=[]))
    assert work.differences == ("component 0: other values",)
    assert [each.num_examples for each in base.asked[1:]] == [30, 30]


def test_where_a_part_was_read_another_order_may_be_all_that_differs() -> None:
    part = compare(FakePipeline(fast=30), FakePipeline(digest="b", fast=30))
    assert (part.differences, part.remarks) == (("component 0: other values",), (PART,))
    assert "--different-work" in PART
    seeded = compare(FakePipeline(fast=30, by_seed=True), FakePipeline(digest="b", fast=30, by_seed=True))
    assert seeded.remarks == (PART, SEEDED)
    assert compare(FakePipeline(20), FakePipeline(10**9)).remarks == ()
