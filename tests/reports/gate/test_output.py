"""A decision as a table, as markdown, as JSON and as an exit code, from the file of a run."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from gates import CALM, add_pairs, build_gate, build_pair, build_sample, control, fail

from reports.drawing.text import render_text
from reports.gate.file import save_gate
from reports.gate.json import render_json
from reports.gate.lines import tell_run
from reports.gate.record import Cases, Renaming, Side
from reports.gate.tables import MAX_BYTES, render_comment, tabulate_decision
from reports.gate.verdict import decide
from reports.gate.work import GatedPipeline, Work
from reports.record.machine import Machine
from reports.record.sample import Sample
from reports.summary.outcome import find_exit_code

ROOT = Path(__file__).parents[3]
POST, FAST, NOISY = "post-default-cpu", "gather_indices-raw-cpu", "batch_before_map-emulated-2ms-default-cpu"


def build():
    gate = control(build_gate("calm-default-cpu", POST, FAST, NOISY))
    gate = add_pairs(gate, "calm-default-cpu", "screen", CALM)
    gate = add_pairs(gate, POST, "screen", [0.1] * 6)
    gate = add_pairs(gate, POST, "confirm", [0.08, 0.1, 0.12, 0.1] * 3 + [0.1])
    gate = add_pairs(gate, FAST, "screen", [-0.2, -0.21, -0.19] * 2)
    gate = add_pairs(gate, NOISY, "screen", [0.09, -0.03] * 3)
    gate = add_pairs(gate, NOISY, "confirm", [0.12, -0.09, 0.06, 0.0, -0.03, 0.15] * 4 + [0.02, 0.02])
    cases = Cases(gate.cases.compared, ("old-raw-cpu",), ("fresh|new",), (Renaming("late-default-cpu", POST),))
    return replace(fail(gate, 6, case=NOISY), cases=cases, spent_s=283.4, notices=("load 1.2 on 2 cores",))


def show(decision, **options: bool) -> str:
    return render_text(tabulate_decision(decision, **options))


TABLE = """\
REGRESSED: 1 of 4 comparisons regressed
head feature (2222222222) against base main (1111111111)

  verdict       case                       metric                   change  why               pairs
 ──────────────────────────────────────────────────────────────────────────────────────────────────
  REGRESSED     post-default-cpu           time     +10.5% [+9.4%, +11.6%]  p 0.0001             13
  INCONCLUSIVE  batch_before_map-emulated  time    +3.05% [+1.01%, +6.18%]  too noisy; could     26
                -2ms-default-cpu                                            have seen +9.0%
  IMPROVED      gather_indices-raw-cpu     time    -18.1% [-18.9%, -17.3%]  below -17.3%          6

 1 of 4 comparisons are OK; the weakest bound is +0.3%, calm-default-cpu [time]

 missing in head, not compared: old-raw-cpu
 new in head, not compared: fresh|new
 renamed, compared: late-default-cpu is now post-default-cpu
 load 1.2 on 2 cores
 head failed in a pair of batch_before_map-emulated-2ms-default-cpu: killed by signal 9
 control, base against base: 12 pairs, time +0.0% [-1.0%, +1.0%]
 REGRESSED: above the margin; wrong anywhere in the suite in at most 1.0% of runs
 OK: below the limit with 95% confidence; INCONCLUSIVE: neither
 margin and limit: time +1.0% and +5.0%
 change: head over base, pair by pair of processes; each end holds with 95% confidence
 75 pairs of processes, 75 of turns, 283 s, seed 7
 pairs of turns that others disturbed, left out: 0 of 75; 26 too short to tell
 Test CPU, 2 cores, Linux, 2026-11-25T10:00
 Python 3.11.7, TensorFlow 2.21.0
 digits: mnist.npz (sha256 abababababab)"""


def test_the_table_is_as_it_is_printed() -> None:
    assert show(decide(build())) == TABLE


def test_all_rows_can_be_shown() -> None:
    shown = show(decide(build()), shows_ok=True)
    assert "  OK            calm-default-cpu" in shown
    assert "comparisons are OK; the weakest" not in shown


def test_no_line_is_wider_than_a_terminal() -> None:
    assert max(len(line) for line in show(decide(build()), shows_ok=True).splitlines()) <= 100


def test_the_core_that_both_sides_stayed_on_is_told() -> None:
    gate = build()
    assert "both sides on" not in show(decide(gate))
    pinned = replace(gate, pairs=tuple(replace(pair, core=1) for pair in gate.pairs))
    lines = show(decide(pinned)).splitlines()
    assert " both sides on core 1: work that is no longer parallel shows only with --all-cores" in lines


def test_text_of_a_file_can_neither_steer_the_terminal_nor_add_a_line() -> None:
    evil = "x\x1b[2J\nFINE: all 22 comparisons"
    gate = replace(build(), notices=(evil,), machine=Machine(evil, 2, "Linux"), interruption=evil)
    gate = replace(gate, failures=tuple(replace(each, reason=evil) for each in gate.failures))
    gate = fail(fail(gate, 7, case=NOISY), 8, case=NOISY)
    gate = replace(gate, failures=tuple(replace(each, reason=evil) for each in gate.failures))
    text = show(decide(gate))
    assert "\x1b" not in text
    assert not any(line.lstrip().startswith("FINE") for line in text.splitlines())
    assert r"x\x1b[2J\nFINE: all 22 comparisons" in text


def test_other_packages_of_head_are_told() -> None:
    gate = build()
    setting = replace(gate.head.setting, versions=(("python", "3.11.7"), ("tensorflow", "2.22.0"), ("numpy", "2.0")))
    lines = show(decide(replace(gate, head=replace(gate.head, setting=setting)))).splitlines()
    assert " head ran with TensorFlow 2.22.0, NumPy 2.0" in lines


def test_thresholds_that_differ_are_said_to() -> None:
    gate = build()
    first, *others = gate.plan.thresholds
    plan = replace(gate.plan, thresholds=(replace(first, limit=0.2), *others))
    assert " margin and limit: time by case\n" in show(decide(replace(gate, plan=plan)))


MARKDOWN = f"""\
<!-- mnist-bench gate -->
### ❌ REGRESSED: 1 of 4 comparisons regressed

head feature (2222222222) against base main (1111111111)

| verdict | case | metric | change | why | pairs |
|:--|:--|:--|--:|:--|--:|
| **REGRESSED** | post-default-cpu | time | +10.5% [+9.4%, +11.6%] | p 0.0001 | 13 |
| INCONCLUSIVE | {NOISY} | time | +3.05% [+1.01%, +6.18%] | too noisy; could have seen +9.0% | 26 |
| IMPROVED | gather_indices-raw-cpu | time | -18.1% [-18.9%, -17.3%] | below -17.3% | 6 |

<details><summary>1 of 4 comparisons are OK; the weakest bound is +0.3%, calm-default-cpu [time]</summary>

| verdict | case | metric | change | why | pairs |
|:--|:--|:--|--:|:--|--:|
| OK | calm-default-cpu | time | +0.0% [-0.3%, +0.3%] | below +0.3% | 6 |

</details>

<details><summary>how to read this, and how it was measured</summary>

- missing in head, not compared: old-raw-cpu
- new in head, not compared: fresh&#124;new
- renamed, compared: late-default-cpu is now post-default-cpu
"""


def test_the_markdown_is_as_it_is_written() -> None:
    assert render_comment(decide(build())).startswith(MARKDOWN)


@pytest.mark.parametrize("max_bytes", [0, 1500, 3000, 4000])
def test_a_summary_that_would_be_too_large_leaves_rows_out_and_says_so(max_bytes: int) -> None:
    gate = control(build_gate("a", *(f"case{number}" for number in range(60))))
    for case in gate.cases.compared:
        gate = add_pairs(gate, case, "screen", CALM)
    decision = decide(gate)
    text = render_comment(decision, max_bytes)
    assert len(text.encode()) <= max(max_bytes, 1500)
    whole = render_comment(decision).splitlines()
    missing = [line for line in whole if line.startswith(("| OK |", "- ")) and line not in text.splitlines()]
    assert f"\n{len(missing)} rows are left out for want of space.\n" in text
    assert len(render_comment(decision).encode()) < MAX_BYTES
    assert "left out for want" not in render_comment(decision)


def test_json_holds_every_finding() -> None:
    decision = decide(build())
    content = json.loads(render_json(decision, 1))
    assert (content["schema"], content["outcome"], content["exit_code"]) == ("mnist-bench/gate/1", "regressed", 1)
    assert [(each["case"], each["verdict"]) for each in content["findings"]] == [
        ("calm-default-cpu", "OK"),
        (POST, "REGRESSED"),
        (FAST, "IMPROVED"),
        (NOISY, "INCONCLUSIVE"),
    ]
    assert content["findings"][1]["change"]["low"] > 1.09
    assert content["cases"]["only_in_base"] == ["old-raw-cpu"]
    assert content["control"]["num_pairs"] == 12


def run(*arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "reports", "gate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.mark.process
def test_the_command_prints_writes_and_exits(tmp_path: Path) -> None:
    save_gate(build(), tmp_path / "gate.json")
    done = run("gate.json", "--markdown", "out/comment.md", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "\n".join(line.rstrip() for line in done.stdout.splitlines()) == TABLE
    assert (tmp_path / "out" / "comment.md").read_text(encoding="utf-8").startswith(MARKDOWN)
    done = run("gate.json", "--json", "--fail-on", "nothing", cwd=tmp_path)
    assert done.returncode == json.loads(done.stdout)["exit_code"] == 0


@pytest.mark.process
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    save_gate(build(), tmp_path / "gate.json")
    for arguments, reason in (
        (["no.json"], "error: no.json does not exist: give the JSON file that mnist-bench gate wrote.\n"),
        (["."], "error: . is a folder: give the JSON file that mnist-bench gate wrote.\n"),
        (
            ["gate.json", "--fail-on", "slow"],
            "error: --fail-on must be one of regressed, failed, inconclusive, nothing, got 'slow'.\n",
        ),
        (["gate.json", "--markdown", "."], "error: . cannot be written: Is a directory.\n"),
    ):
        done = run(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", reason)


def test_the_largest_and_smallest_that_a_file_can_hold_are_decided() -> None:
    gate = build_gate("a", metrics=("time", "cpu", "first_batch", "memory"))
    huge = replace(build_sample(), wall_ns=2**63 - 1, cpu_ns=2**63 - 1, first_batch_ns=2**63 - 1, num_examples=1)
    tiny = Sample(1, 1, 1, 2**63 - 1)
    sides = (Side(0, (huge,), 2**63 - 1), Side(1, (tiny,), 0))
    pairs = [
        replace(
            build_pair("a", number, 0.0, kind=kind, stage=stage), base=sides[number % 2], head=sides[1 - number % 2]
        )
        for kind, stage, count in (("gate", "screen", 6), ("control", "screen", 12), ("gate", "confirm", 14))
        for number in range(count)
    ]
    decision = decide(replace(gate, pairs=tuple(pairs)))
    assert json.loads(render_json(decision, 3))["outcome"] == "inconclusive"
    assert "INCONCLUSIVE" in show(decision)
    assert "INCONCLUSIVE" in render_comment(decision)


WORK = Work("bits", 4000, is_whole=True)
OTHER = Work("none", 1000, is_whole=False, differences=("component 0 (x): float32 () against int32 ()",))


REFUSED = """\
NOT COMPARED: not the same work: data.py:p0: component 0 (x): float32 () against int32 ()
head feature (2222222222) against base main (1111111111)

 data.py:p0: not the same work in first 1,000 examples, shuffles left out; component 0 (x): float32
 () against int32 ()
 Test CPU, 2 cores, Linux, 2026-11-25T10:00
 Python 3.11.7, TensorFlow 2.21.0"""


def build_pipelines(*works: Work, refusal: str = ""):
    gate = control(build_gate(*(f"p{number}-default-cpu" for number in range(len(works)))))
    cuts = (None, 12)
    pipelines = [
        GatedPipeline(f"p{number}-default-cpu", f"data.py:p{number}", work, cut)
        for number, (work, cut) in enumerate(zip(works, cuts, strict=False))
    ]
    return replace(gate, pipelines=tuple(pipelines), refusal=refusal)


def test_pipelines_are_told_with_what_was_found_of_them_before_they_were_timed() -> None:
    remarked = replace(WORK, agreement="tolerance", is_whole=False, remarks=("batches of 32 against batches of 64",))
    lines = tell_run(decide(build_pipelines(WORK, remarked)))
    second = (
        "data.py:p1: both sides give the same first 4,000 examples, shuffles left out, floats up to 1e-05 of "
        "themselves; batches of 32 against batches of 64; a turn is 12 batches, less than an epoch"
    )
    assert lines[:2] == [
        "data.py:p0: both sides give the same 4,000 examples, a whole epoch, bit by bit",
        second,
    ]
    assert not any("digits" in line for line in lines)


def test_how_much_there_is_beyond_what_was_compared_is_said() -> None:
    lines = tell_run(decide(build_pipelines(replace(WORK, is_whole=False, num_declared=200_000))))
    assert (
        lines[0]
        == "data.py:p0: both sides give the same first 4,000 of 200,000 examples, shuffles left out, bit by bit"
    )


def test_a_pipeline_that_head_cannot_give_is_told_in_a_row_and_a_line() -> None:
    gate = build_pipelines(WORK, WORK)
    reason = "head, feature: data.py:p1: data.py has no p1: it has p0."
    broken = replace(gate.pipelines[1], work=None, num_batches=None, failure=reason)
    decision = decide(replace(add_pairs(gate, "p0-default-cpu", "screen", CALM), pipelines=(gate.pipelines[0], broken)))
    assert tell_run(decision)[1] == f"not compared: {reason}"
    assert f"| **FAILED** | p1-default-cpu | time |  | {reason} | 0 |" in render_comment(decision)
    told = json.loads(render_json(decision, 2))
    assert (told["outcome"], told["pipelines"][1]["work"], told["pipelines"][1]["failure"]) == ("failed", None, reason)


def test_what_is_not_the_same_work_is_the_verdict_and_fails() -> None:
    gate = build_pipelines(OTHER, refusal="not the same work: data.py:p0: component 0 (x): float32 () against int32 ()")
    decision = decide(replace(gate, pairs=()))
    assert show(decision) == REFUSED
    assert find_exit_code(decision.outcome, ()) == 2
    assert gate.refusal in render_comment(decision)
    told = json.loads(render_json(decision, 2))
    assert (told["outcome"], told["reason"]) == ("not-compared", gate.refusal)
    assert (told["findings"], told["num_pairs"]) == ([], 0)
    (pipeline,) = told["pipelines"]
    assert (pipeline["text"], pipeline["work"]["agreement"]) == ("data.py:p0", "none")
