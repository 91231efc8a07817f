"""Which cases a gate compares: in both revisions, renamed, missing, new, changed; and those that a user picks."""

from dataclasses import replace
from unittest.mock import patch

import pytest

from bench.cases.gate import STEPPED, build_gate_cases, match_cases, narrow, tell_changed
from bench.gate.start import build_plan, choose_controls
from bench.pipelines.arms import RAW
from mnist_core.language.errors import InputError
from mnist_core.language.named_orderings import NAMED_ORDERINGS
from reports.gate.record import Cases, Renaming
from reports.gate.settings import GateSettings
from reports.record.case import Case, Subject


def offered(**sizes: str) -> list[Case]:
    return [Case(Subject("ordering", name, f"batch({size})")) for name, size in sizes.items()]


def ids(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}-default-cpu" for name in names)


def test_every_named_ordering_is_gated_and_a_training_step() -> None:
    cases = build_gate_cases(RAW, 3200)
    assert [case.name for case in cases if case.consumer == "drain"] == list(NAMED_ORDERINGS)
    assert [case.id for case in cases if case.consumer != "drain"] == ["batch_before_map-step-raw-cpu"]
    assert {(case.arm, case.num_examples) for case in cases} == {(RAW, 3200)}
    assert len({case.id for case in cases}) == len(cases)


def test_a_revision_without_the_ordering_that_feeds_a_step_is_gated_all_the_same() -> None:
    with patch.dict(NAMED_ORDERINGS):  # which puts back the order, too
        del NAMED_ORDERINGS[STEPPED]
        cases = build_gate_cases(RAW, 3200)
        assert [case.name for case in cases] == list(NAMED_ORDERINGS)
    assert {case.consumer for case in cases} == {"drain"}


def test_a_case_is_recognised_under_another_name_by_all_that_it_is() -> None:
    for case in build_gate_cases(RAW, 3200):
        renamed = replace(case, subject=replace(case.subject, name="renamed"))
        assert match_cases([case], [renamed]).renamed == (Renaming(case.id, renamed.id),)
        for other in (
            replace(renamed, num_examples=6400),
            replace(renamed, subject=replace(renamed.subject, text="batch(1)")),
            replace(renamed, subject=replace(renamed.subject, options=(("source", "png"),))),
        ):
            assert match_cases([case], [other]).renamed == ()


def test_cases_are_matched_by_id_and_then_by_what_they_are() -> None:
    matched = match_cases(offered(a="1", b="2", gone="3"), offered(a="1", new="4", c="2"))
    assert matched == Cases(ids("a", "c"), ids("gone"), ids("new"), (Renaming(*ids("b", "c")),))


def test_two_cases_that_are_the_same_are_not_guessed_at() -> None:
    matched = match_cases(offered(b="2"), offered(c="2", d="2"))
    assert matched == Cases((), ids("b"), ids("c", "d"), ())
    assert match_cases(offered(b="2", c="2"), offered(d="2")) == Cases((), ids("b", "c"), ids("d"), ())


def test_a_case_that_kept_its_name_is_compared_and_told() -> None:
    base, head = offered(a="1", b="2"), offered(a="9", b="2", c="1")
    assert match_cases(base, head) == Cases(ids("a", "b"), (), ids("c"), ())
    assert tell_changed(base, head) == ["a-default-cpu is no longer batch(1), but batch(9): compared all the same"]


CASES = Cases(("a-x", "b-x", "c-y"), ("gone-x",), ("new-y",), (Renaming("old-x", "b-x"),))


def test_a_user_picks_cases_by_either_name() -> None:
    assert narrow(CASES, ()) == CASES
    assert narrow(CASES, ("*-y",)) == Cases(("c-y",), (), ("new-y",), ())
    assert narrow(CASES, ("old-*", "a-?")) == Cases(("a-x", "b-x"), (), (), (Renaming("old-x", "b-x"),))


@pytest.mark.parametrize(
    ("cases", "patterns", "reason"),
    [
        (CASES, ("post",), "no case matches post; there are a-x, b-x, c-y."),
        (CASES, ("gone-*",), "no case matches gone-*; there are a-x, b-x, c-y."),
        (Cases((), ("a",), ("b",)), (), "no case is in both revisions; there are a, b."),
    ],
)
def test_nothing_to_compare_is_bad_input(cases: Cases, patterns: tuple[str, ...], reason: str) -> None:
    with pytest.raises(InputError) as told:
        narrow(cases, patterns)
    assert str(told.value) == f"nothing can be compared: {reason}"


@pytest.mark.parametrize(
    ("cases", "chosen"),
    [
        (("post-raw-cpu", "x", "batch_before_map-step-raw-cpu"), ("batch_before_map-step-raw-cpu", "post-raw-cpu")),
        (("x", "y", "z"), ("x", "y")),
        (("x", "post-raw-cpu"), ("post-raw-cpu", "x")),
        (("x",), ("x",)),
    ],
)
def test_the_control_takes_a_quick_and_a_slow_case_where_there_are_any(cases, chosen) -> None:
    assert choose_controls(cases) == chosen


def test_metrics_that_a_user_names_go_before_those_of_the_project() -> None:
    plan = build_plan(GateSettings(), ("memory", "first_batch"), ("a", "b"))
    assert [(each.case, each.metric) for each in plan.thresholds] == [
        ("a", "memory"),
        ("a", "first_batch"),
        ("b", "memory"),
        ("b", "first_batch"),
    ]
    assert {each.metric for each in build_plan(GateSettings(), (), ("a",)).thresholds} == {"time", "cpu"}
    assert plan.control_cases == ("a", "b")
