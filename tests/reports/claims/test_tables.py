"""Verdicts as text and as JSON, and the command that prints them."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from reports.claims.claim import Claim
from reports.claims.json import render_verdicts_json
from reports.claims.tables import render_prediction, tabulate_verdicts, tabulate_verdicts_briefly
from reports.claims.verdict import ClaimVerdict, Ruling
from reports.drawing.text import render_text
from reports.stats.median import Estimate

FORMAT_1 = Path(__file__).parents[1] / "stored" / "format1.json"
FAST = Claim("X1", "map after shuffle is fast", "a guide", "time", "a", to="b", at_most=0.5, why="It is not.")
BOTH = Claim("X2", "it is the same", "folklore", "busy", "a", to="b", at_least=0.9, at_most=1.1)
GPU = Claim("X3", "jit helps", "a docstring", "time", "a", to="b", at_least=2.0, device="gpu")
VERDICTS = (
    ClaimVerdict(FAST, Ruling.REFUTED, Estimate(0.8, 0.7, 0.9, 6)),
    ClaimVerdict(BOTH, Ruling.INCONCLUSIVE, Estimate(1.0, 0.8, 1.2, 6), "sees effects from 25 %"),
    ClaimVerdict(GPU, Ruling.NOT_RUN, None, "no GPU in this run"),
)


def draw(blocks, columns: int = 100) -> list[str]:
    lines = render_text(blocks, columns).splitlines()
    assert all(len(line) <= columns for line in lines)
    return lines


def test_the_whole_table_in_100_columns() -> None:
    lines = draw(tabulate_verdicts(VERDICTS))
    assert lines[1].split() == ["claim", "predicted", "measured", "verdict", "source"]
    rows = [" ".join(line.split()) for line in lines[3:8]]
    assert rows == [
        "X1 map after shuffle is fast <= 0.5 0.80 [0.70, 0.90] REFUTED a guide",
        "[time]",
        "X2 it is the same [busy] 0.9 to 1.1 1.0 [0.80, 1.2] INCONCLUSIVE folklore",
        "sees effects from 25 %",
        "X3 jit helps [time] >= 2 no GPU in this run NOT RUN a docstring",
    ]
    assert " X1: It is not." in lines
    assert " 1 refuted, 1 inconclusive, 1 not run" in lines


def test_a_reason_is_given_only_for_verdicts_against_the_advice() -> None:
    held = (ClaimVerdict(FAST, Ruling.HOLDS, Estimate(0.4, 0.3, 0.5, 6)),)
    assert not any("It is not." in line for line in draw(tabulate_verdicts(held)))


def test_the_short_form_has_a_line_for_each_claim_that_was_run() -> None:
    lines = [line.split() for line in draw(tabulate_verdicts_briefly(VERDICTS))]
    assert lines[1][0] == "REFUTED"
    assert lines[2][0] == "INCONCLUSIVE"
    assert " ".join(lines[3]).startswith("1 refuted, 1 inconclusive, 1 not run; mnist-report claims")
    assert len(lines) == 4


def test_a_refuted_claim_does_not_seem_to_touch_its_bound() -> None:
    verdict = ClaimVerdict(replace(FAST, at_most=0.95), Ruling.REFUTED, Estimate(1.1, 0.952, 1.3, 6))
    for blocks in (tabulate_verdicts((verdict,)), tabulate_verdicts_briefly((verdict,))):
        assert "1.10 [0.952, 1.30]" in " ".join(" ".join(draw(blocks)).split())


def test_predictions_are_bounds() -> None:
    assert [render_prediction(claim) for claim in (FAST, BOTH, GPU)] == ["<= 0.5", "0.9 to 1.1", ">= 2"]


def test_a_verdict_for_machines() -> None:
    described, _, missing, *_ = json.loads(render_verdicts_json(VERDICTS))["claims"]
    assert described["cases"] == ["a-drain-default-cpu", "b-drain-default-cpu"]
    assert (described["verdict"], described["median"], described["count"]) == ("REFUTED", 0.8, 6)
    assert missing["median"] is None


def report(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reports", "claims", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])


@pytest.mark.process
def test_the_command_judges_an_older_record_too() -> None:
    done = report(str(FORMAT_1))
    assert done.returncode == 0, done.stderr
    assert "NOT RUN" in done.stdout
    assert "\x1b" not in done.stdout
    rows = json.loads(report(str(FORMAT_1), "--json").stdout)["claims"]
    assert {row["verdict"] for row in rows} <= {kind.value for kind in Ruling}


@pytest.mark.process
def test_wrong_input_is_one_line() -> None:
    done = report(str(FORMAT_1), "--only", "C99")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "a claim must be one of all, C1a, " in done.stderr
