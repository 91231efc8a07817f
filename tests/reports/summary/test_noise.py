"""The run's one noise verdict, by hand: each number at both sides of its bounds, and where some are not there."""

import json
from dataclasses import replace

import pytest
from compared import make_case, make_plain, make_reading, make_run

from reports.stats.median import Estimate
from reports.summary.case import CaseSummary
from reports.summary.metric import BUSY_SHARE, FIRST_BATCH, RATE, TIME
from reports.summary.noise import Control, Noise, NoiseKind, judge_noise
from reports.summary.plain import parse_plain

EXACT = Estimate(1.0, 1.0, 1.0, 20)
POST = make_run("runs/x", make_case("post")).cases[0]
QUIET, STEADY, NOISY, WORTHLESS = NoiseKind


def make_timed(ratio: Estimate | None = EXACT, *, contaminated: int = 0, num_turns: int = 20) -> CaseSummary:
    return replace(POST, is_reference=False, ratio=ratio, num_turns=num_turns, num_contaminated=contaminated)


def judge(*cases: CaseSummary, control: Estimate | None = EXACT) -> Noise:
    found = judge_noise(cases, None if control is None else Control("batch_before_map", {RATE.name: control}))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("low", "high", "factor", "kind"),
    [
        (0.99, 1.04, 1.04, QUIET),
        (0.95, 1.1, 1.1, QUIET),
        (0.95, 1.1001, 1.1001, NOISY),
        (0.91, 1.01, 1 / 0.91, QUIET),
        (0.909, 1.01, 1 / 0.909, NOISY),
        (1.02, 1.05, 1.05, QUIET),  # off 1, but by what a quiet machine may do
        (0.9, 1.5, 1.5, NOISY),
        (0.9, 1.5001, 1.5001, WORTHLESS),
        (0.67, 1.0, 1 / 0.67, NOISY),
        (0.66, 1.0, 1 / 0.66, WORTHLESS),
    ],
)
def test_the_control_tells_by_the_end_of_its_interval_farther_from_1(low, high, factor, kind) -> None:
    found = judge(make_timed(), control=Estimate(1.0, low, high, 20))
    assert found.kind is kind
    assert found.control_factor == pytest.approx(factor)


@pytest.mark.parametrize(
    ("low", "high", "factor", "kind"),
    [
        (1.9, 2.2, 1.1, QUIET),  # 2.2 is 10 % above the median, 1.9 is 5 % below
        (1.9, 2.2002, 1.1001, NOISY),
        (1.81, 2.0, 2 / 1.81, NOISY),
        (1.82, 2.0, 2 / 1.82, QUIET),
        (1.9, 3.0, 1.5, NOISY),
        (1.9, 3.0002, 1.5001, WORTHLESS),
    ],
)
def test_widths_tell_by_the_end_of_a_typical_interval_farther_from_its_median(low, high, factor, kind) -> None:
    found = judge(make_timed(Estimate(2.0, low, high, 20)))
    assert found.kind is kind
    assert found.typical_factor == pytest.approx(factor)


def test_a_typical_ratio_is_the_one_in_the_middle() -> None:
    wide, narrow = make_timed(Estimate(1.0, 0.2, 5.0, 20)), make_timed(Estimate(1.0, 0.99, 1.02, 20))
    assert judge(wide, narrow, narrow).typical_factor == pytest.approx(1.02)
    assert judge(wide, narrow).kind is WORTHLESS, "between them: (5 + 1.02) / 2"


@pytest.mark.parametrize(
    ("contaminated", "control", "kind"),
    [
        *((2, EXACT, QUIET), (3, EXACT, NOISY), (20, EXACT, NOISY)),
        *((2, None, STEADY), (3, None, NOISY), (10, None, NOISY), (11, None, WORTHLESS)),
    ],
)
def test_company_makes_no_run_worthless_that_has_a_control(contaminated, control, kind) -> None:
    found = judge(make_timed(contaminated=contaminated), control=control)
    assert (found.kind, found.contaminated_share) == (kind, contaminated / 20)


def test_shares_are_of_all_turns() -> None:
    many, few = make_timed(contaminated=0, num_turns=90), make_timed(contaminated=10, num_turns=10)
    assert judge(many, few).contaminated_share == pytest.approx(0.1)
    assert judge(many, few).kind is QUIET


@pytest.mark.parametrize(
    ("cases", "control", "told"),
    [
        ([make_timed()], Estimate(1.0, 0.98, 1.04, 20), "quiet: equal cases differed by up to 4.0 %"),
        (
            [make_timed(contaminated=3)],
            Estimate(1.0, 0.98, 1.234, 20),
            "noisy: equal cases differed by up to 23 %, so believe no smaller difference",
        ),
        (
            [make_timed(Estimate(2.0, 1.9, 2.6, 20), contaminated=3)],
            EXACT,
            "noisy: a typical ratio is known to within 30 %",
        ),
        (
            [make_timed(contaminated=3)],
            EXACT,
            "noisy: others used more than a tenth of the machine in 3 of 20 turns",
        ),
        (
            [make_timed(contaminated=11)],
            None,
            "worthless: others used more than a tenth of the machine in 11 of 20 turns; judged without an A/A control",
        ),
    ],
)
def test_the_reason_names_the_number_that_decides_and_what_is_missing(cases, control, told) -> None:
    found = judge(*cases, control=control)
    assert f"{found.kind.value}: {found.reason}" == told


def test_without_ratios_the_times_tell() -> None:
    found = judge(POST, control=None)  # 98 to 102 ms around 100 ms; the reference has no ratio but to itself
    assert (found.kind, found.reason) == (
        STEADY,
        "a typical time is known to within 2.0 %; judged without an A/A control",
    )


def test_files_of_others_are_judged_by_what_is_in_them(tmp_path) -> None:
    stored = make_plain(("test_x.py::test_a", [1.0, 1.1, 0.9, 1.0, 1.2, 1.0]))
    found = parse_plain(tmp_path / "x.json", stored).noise
    assert found is not None
    assert found.reason == "a typical time is known to within 20 %; judged without an A/A control and what others used"
    assert (found.kind, found.control_factor, found.contaminated_share) == (NOISY, None, None)


def test_too_few_turns_are_worth_nothing() -> None:
    few = Estimate(1.0, None, None, 5)
    case = replace(make_timed(few), estimates={TIME.name: few})
    found = judge(case, control=few)
    assert found == Noise(
        WORTHLESS, "too few turns for any interval; judged without an A/A control", contaminated_share=0.0
    )


def test_what_was_not_timed_has_no_noise() -> None:
    assert make_run("runs/x", make_reading("post", 20)).noise is None


def test_a_run_with_its_control_is_judged_by_it() -> None:
    post, twin = make_case("post"), make_case("control", (100, 122, 98, 101, 99, 100))
    noise = make_run("runs/x", post, twin).noise
    assert noise is not None
    # the control's times over the twin's: 1, 122 / 102 and four times 1; the interval of six is their range
    assert noise.control_factor == pytest.approx(122 / 102)
    assert noise.kind is NOISY


def test_a_control_differs_by_another_factor_in_each_metric() -> None:
    control = make_run(
        "runs/x", make_case("post"), make_case("control", (100, 122, 98, 101, 99, 100), first_ms=40)
    ).control
    assert control is not None
    factors = [control.find_factor(metric) for metric in (RATE, TIME, FIRST_BATCH, BUSY_SHARE)]
    assert factors == [pytest.approx(122 / 102), pytest.approx(122 / 102), 2.0, None]


def test_it_can_be_written_as_json() -> None:
    found = judge(make_timed(contaminated=5), control=Estimate(1.0, 0.98, 1.04, 20))
    assert json.loads(json.dumps(found.to_dict())) == {
        "kind": "noisy",
        "reason": "others used more than a tenth of the machine in 5 of 20 turns",
        "control_factor": 1.04,
        "typical_factor": 1.0,
        "contaminated_share": 0.25,
    }
