"""What a project gates: defaults, rules in their order, and wrong keys refused in one line."""

from pathlib import Path

import pytest

from reports.gate.plan import Threshold
from reports.gate.settings import GateSettings, GateSettingsError, load_gate_settings

CASES = ("post-default-cpu", "post-emulated-2ms-raw-cpu")


def load(tmp_path: Path, text: str) -> GateSettings:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    return load_gate_settings(tmp_path / "pyproject.toml")


@pytest.mark.parametrize("text", [None, "", "[tool.ruff]\nline-length = 120", "[tool.mnist-bench.gate]"])
def test_without_settings_time_and_cpu_are_gated(text, tmp_path: Path) -> None:
    settings = load_gate_settings(tmp_path / "none.toml") if text is None else load(tmp_path, text)
    plan = settings.build_plan(["a"], ("a",))
    assert plan.thresholds == (Threshold("a", "time", 0.05, 0.01), Threshold("a", "cpu", 0.05, 0.01))
    assert (plan.alpha, plan.num_screen_pairs, plan.num_control_pairs) == (0.01, 6, 12)


EXAMPLE = """
[tool.mnist-bench.gate]
alpha = 0.005
look_shares = [0.2, 0.3, 0.5]
screen_pairs = 8
control_pairs = 14
metrics = ["time", "memory"]
time = { limit = 0.1 }

[[tool.mnist-bench.gate.case]]
match = "*-emulated-*"
metrics = ["time", "first_batch"]
time = { margin = 0.02 }

[[tool.mnist-bench.gate.case]]
match = "post-emulated-*"
time = { limit = 0.2 }
first_batch = { limit = 0.5, margin = 0.1 }

[[tool.mnist-bench.gate.case]]
match = "pots-*"
"""


def test_a_later_rule_comes_before_an_earlier_one(tmp_path: Path) -> None:
    settings = load(tmp_path, EXAMPLE)
    plan = settings.build_plan(CASES, CASES[:1])
    assert plan.thresholds == (
        Threshold(CASES[0], "time", 0.1, 0.01),
        Threshold(CASES[0], "memory", 0.1, 0.02),
        Threshold(CASES[1], "time", 0.2, 0.02),
        Threshold(CASES[1], "first_batch", 0.5, 0.1),
    )
    assert (plan.alpha, plan.num_screen_pairs, plan.num_control_pairs) == (0.005, 8, 14)
    assert plan.look_shares == (0.2, 0.3, 0.5)


def test_a_pattern_that_matches_nothing_is_found(tmp_path: Path) -> None:
    assert load(tmp_path, EXAMPLE).find_idle_patterns(CASES) == ["pots-*"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[tool", "cannot be read"),
        ("tool = 3", r"\[tool.mnist-bench.gate\]: Expected `object`, got `int`"),
        ("tool.mnist-bench.gate = 3", r"\[tool.mnist-bench.gate\]: Expected `object`, got `int`"),
        (
            "[tool.mnist-bench.gate]\nlimit = 1",
            "unknown field `limit`; its keys are alpha, look_shares, screen_pairs, control_pairs, case, metrics, time",
        ),
        ("[tool.mnist-bench.gate]\nalpha = '1%'", r"Expected `float`, got `str` - at `\$.alpha`"),
        ("[tool.mnist-bench.gate]\nalpha = true", r"Expected `float`, got `bool` - at `\$.alpha`"),
        ("[tool.mnist-bench.gate]\nlook_shares = 1", r"Expected `array`, got `int` - at `\$.look_shares`"),
        ("[tool.mnist-bench.gate]\nlook_shares = ['1']", r"Expected `float`, got `str` - at `\$.look_shares\[0\]`"),
        ("[tool.mnist-bench.gate]\nmetrics = []", r"length >= 1 - at `\$.metrics`"),
        ("[tool.mnist-bench.gate]\nmetrics = ['speed']", r"Invalid enum value 'speed' - at `\$.metrics\[0\]`"),
        ("[tool.mnist-bench.gate]\ntime = 0.05", r"Expected `object`, got `float` - at `\$.time`"),
        ("[tool.mnist-bench.gate]\ntime = {max = 1}", r"unknown field `max` - at `\$.time`"),
        ("[tool.mnist-bench.gate]\ntime = {limit = 5}", r"Expected `float` <= 1.0 - at `\$.time.limit`"),
        ("[tool.mnist-bench.gate]\ntime = {limit = nan}", r"at `\$.time.limit`"),
        ("[tool.mnist-bench.gate]\ntime = {limit = '5%'}", r"Expected `float \| null`, got `str` - at `\$.time.limit`"),
        ("[tool.mnist-bench.gate.case]\nmatch = 'a'", r"Expected `array`, got `object` - at `\$.case`"),
        ("[[tool.mnist-bench.gate.case]]\ntime = {}", r"missing required field `match` - at `\$.case\[0\]`"),
        ("[[tool.mnist-bench.gate.case]]\nmatch = 'a'\nalpha = 0.1", r"unknown field `alpha` - at `\$.case\[0\]`"),
    ],
)
def test_wrong_settings_are_refused_in_one_line(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(GateSettingsError, match=reason) as caught:
        load(tmp_path, text)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "pyproject.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("time = {limit = 0.01}", "Threshold.margin must be below limit, got 0.01 and 0.01"),
        ("alpha = 2", "Plan.alpha must be between 0 and 1, got 2"),
        ("look_shares = [0.5, 0.4]", "Plan.look_shares must be above 0 and add up to 1"),
        ("screen_pairs = 0", "Plan.num_screen_pairs must be int and at least 1, got 0"),
        ("screen_pairs = 1.5", r"Expected `int`, got `float` - at `\$.screen_pairs`"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(GateSettingsError, match=reason):
        load(tmp_path, f"[tool.mnist-bench.gate]\n{text}").build_plan(["a"], ())
