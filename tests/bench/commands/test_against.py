"""A stored run beside the one of now: which limits hold, on the same machine and on another, and what fails closed."""

from dataclasses import replace

import pytest
from compared import MACHINE, make_case, make_run, slow_down

from bench.commands.against import add_failed, build_thresholds, find_limits
from mnist_core.language.errors import InputError
from reports.compare.conclusion import Conclusion, conclude
from reports.compare.side_by_side import put_side_by_side
from reports.gate.settings import Bounds, CaseRule, GateSettings
from reports.summary.outcome import Outcome

SETTINGS = GateSettings()
STRICT = CaseRule(match="fast*", metrics=("time", "first_batch"), time=Bounds(0.02, 0.01))
THEN = make_run("then", make_case("post"), make_case("fast"))


def test_the_limits_are_those_of_the_gate_and_the_closest_one_counts() -> None:
    assert find_limits(SETTINGS, (), ("post",)) == {"time": 0.05}  # cpu is gated too, and compared with no stored run
    assert find_limits(SETTINGS, ("first_batch",), ("post",)) == {"first_batch": 0.25}
    strict = replace(SETTINGS, rules=(*SETTINGS.rules, STRICT))
    assert find_limits(strict, (), ("fast", "post")) == {"time": 0.02, "first_batch": 0.25}
    assert find_limits(strict, (), ("post",)) == {"time": 0.05}


@pytest.mark.parametrize("metrics", [("cpu",), ("time", "memory")])
def test_what_a_stored_run_cannot_be_compared_by_is_refused(metrics) -> None:
    reason = f"--against compares time and first_batch alone, not {metrics[-1]}: use --base for it"
    with pytest.raises(InputError, match=reason):
        find_limits(SETTINGS, metrics, ("post",))


def test_settings_that_gate_nothing_of_it_are_refused() -> None:
    settings = replace(SETTINGS, rules=(*SETTINGS.rules, CaseRule(match="*", metrics=("memory",))))
    with pytest.raises(InputError, match="name one with --metrics"):
        find_limits(settings, (), ("post",))


@pytest.mark.parametrize(
    ("factor", "outcome"),
    [(1.2, Outcome.REGRESSED), (1.0, Outcome.FINE), (0.8, Outcome.FINE), (1.05, Outcome.INCONCLUSIVE)],
)
def test_on_the_same_machine_times_are_held_to_the_limit(factor: float, outcome: Outcome) -> None:
    shown = put_side_by_side([THEN, make_run("now", make_case("post"), make_case("fast", slow_down(factor)))])
    thresholds = build_thresholds({"time": 0.05, "first_batch": 0.25}, shown)
    assert [str(each) for each in thresholds] == ["time:5%", "first_batch:25%"]
    assert conclude(shown, thresholds).outcome is outcome


def test_on_another_machine_the_time_beside_post_is_held_to_the_limit_of_time() -> None:
    elsewhere = replace(MACHINE, num_cores=8)
    slower = (make_case("post", slow_down(3)), make_case("fast", slow_down(6)))
    shown = put_side_by_side([THEN, make_run("now", *slower, machine=elsewhere)])
    thresholds = build_thresholds({"time": 0.05}, shown)
    assert [str(each) for each in thresholds] == ["relative:5%"]
    conclusion = conclude(shown, thresholds)
    assert (conclusion.outcome, conclusion.lines) == (Outcome.REGRESSED, ("REGRESSED: fast-default-cpu (relative)",))
    alike = (make_case("post", slow_down(3)), make_case("fast", slow_down(3)))
    shown = put_side_by_side([THEN, make_run("now", *alike, machine=elsewhere)])
    assert conclude(shown, thresholds).outcome is Outcome.FINE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Outcome.FINE, Outcome.FAILED),
        (Outcome.INCONCLUSIVE, Outcome.FAILED),
        (Outcome.REGRESSED, Outcome.REGRESSED),
        (Outcome.NOT_COMPARED, Outcome.FAILED),
    ],
)
def test_a_case_that_fails_now_is_told_and_never_green(before: Outcome, after: Outcome) -> None:
    conclusion = Conclusion(before, ("as it was",))
    found = add_failed(conclusion, {"post-raw-cpu": "killed by signal 9"})
    assert found.outcome is after
    assert found.lines == ("as it was", "FAILED: post-raw-cpu gave no numbers now: killed by signal 9")
    assert found.outcome.exit_code in {1, 2}
    assert add_failed(conclusion, {}) == conclusion
