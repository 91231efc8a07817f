"""``mnist-report compare``: what a user sees, and the exit codes that a script goes by."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from case_records import change
from compared import SETTING, make_case, make_plain, slow_down, write_own

from reports.commands.cli import main

FORMAT1 = Path(__file__).parents[1] / "stored" / "format1.json"
FORMAT2 = Path(__file__).parents[1] / "stored" / "format2.json"


@dataclass(frozen=True)
class Done:
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs the command in this process, which is thirty times as fast as in one of its own."""

    def run_here(*arguments: str, cwd: Path) -> Done:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["mnist-report", "compare", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        output, errors = capsys.readouterr()
        return Done(int(caught.value.code or 0), output, errors)

    return run_here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Runs under the names by which the tests call them."""
    post, fast = make_case("post"), make_case("fast")
    slow = make_case("fast", slow_down(2))
    other = replace(SETTING, data_name="synthetic", data_fingerprint="ff" * 32)
    write_own(tmp_path / "a.json", post, fast)
    write_own(tmp_path / "same.json", post, fast, datetime="2026-11-26T10:00:00")
    write_own(tmp_path / "slow.json", post, slow, datetime="2026-11-27T10:00:00")
    write_own(tmp_path / "cores8.json", post, slow, cores=8)
    write_own(tmp_path / "data.json", replace(post, setting=other))
    write_own(tmp_path / "gpu.json", change(post, device="gpu"))
    write_own(tmp_path / "both.json", post, change(post, device="gpu"))
    (tmp_path / "plain.json").write_text(json.dumps(make_plain(("x", [1.0] * 6))))
    (tmp_path / "plain_slow.json").write_text(json.dumps(make_plain(("x", [1.5] * 6))))
    (tmp_path / "plain_saved.json").write_text(json.dumps(make_plain(("x", None))))
    (tmp_path / "cut.json").write_text((tmp_path / "a.json").read_text()[:-9])
    (tmp_path / "run").mkdir()
    write_own(tmp_path / "run" / "record.json", post, fast, datetime="2026-11-28T10:00:00")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        ("a.json same.json", 0, ""),
        ("a.json slow.json", 0, ""),
        ("a.json run", 0, ""),
        ("a.json same.json --fail-on time:10%", 0, ""),
        ("a.json same.json slow.json --fail-on time:10%", 1, ""),
        ("a.json slow.json --fail-on relative:10% --fail-on first:10%", 1, ""),
        ("plain.json plain_slow.json --fail-on time:10%", 1, ""),
        ("plain.json plain_slow.json --fail-on time:50%", 0, ""),
        ("plain.json plain_saved.json --fail-on time:10%", 3, ""),
        ("cores8.json slow.json --fail-on time:10%", 2, "cores8.json and slow.json ran on different machines: use rel"),
        ("both.json", 0, ""),
        ("a.json gpu.json", 0, ""),
        ("a.json gpu.json --fail-on time:10%", 2, "nothing could be compared: a.json and gpu.json have no case in com"),
        ("a.json plain.json", 2, "nothing could be compared: a.json and plain.json have no case in common."),
        ("a.json", 2, "nothing to compare a.json with: name a second run."),
        ("a.json a.json", 2, "a.json is the same run as a.json: there is nothing to compare."),
        ("a.json data.json", 2, "different data cannot be compared: a.json measured mnist.npz (sha256 0123456789ab), "),
        ("a.json cut.json", 2, "cut.json is not JSON, or only a part of it."),
        ("a.json none.json", 2, "none.json does not exist: give a run's folder or its record.json."),
        ("a.json same.json --fail-on speed:5%", 2, "the metric of --fail-on must be one of time, "),
        ("a.json same.json --fail-on live:13%", 2, "have no case in common that has live_bytes."),
    ],
)
def test_exit_codes_and_errors_of_one_line(arguments: str, code: int, error: str, folder: Path, run) -> None:
    done = run(*arguments.split(), cwd=folder)
    assert done.returncode == code
    assert error in done.stderr
    assert len(done.stderr.splitlines()) == (1 if error else 0)
    assert "\x1b" not in done.stdout


def test_the_baseline_that_is_not_there_is_never_green(folder: Path, run) -> None:
    done = run("none.json", "a.json", "--fail-on", "time:5%", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")


def test_json_goes_to_standard_output_alone_with_the_same_exit_code(folder: Path, run) -> None:
    for arguments, code in (("a.json slow.json --fail-on time:10%", 1), ("a.json plain.json", 2)):
        done = run(*arguments.split(), "--json", cwd=folder)
        assert (done.returncode, json.loads(done.stdout)["exit_code"]) == (code, code)


def test_records_of_older_formats_are_compared(tmp_path: Path, run) -> None:
    for path in (FORMAT1, FORMAT2):
        stored = json.loads(path.read_text(encoding="utf-8"))
        (tmp_path / "later.json").write_text(json.dumps({**stored, "datetime": "2026-12-01"}))
        done = run(str(path), "later.json", "--all", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "post-default-cpu" in done.stdout


def test_help_names_the_metrics_the_exit_codes_and_examples(tmp_path: Path, run) -> None:
    text = " ".join(run("--help", cwd=tmp_path).stdout.split())
    assert "time, relative (to the ordering post in the same round), first_batch, busy, live_bytes" in text
    assert "0 fine, 1 worse, 2 not compared, cases gone or bad input, 3 the intervals are too wide" in text
    assert "mnist-report compare main.json mine.json" in text


def test_saved_runs_are_found_by_number_and_the_newest_by_its_name(folder: Path, run) -> None:
    saved = folder / ".benchmarks" / "Linux-CPython-3.11-64bit"
    saved.mkdir(parents=True)
    (folder / "plain.json").rename(saved / "0001_before.json")
    (folder / "plain_slow.json").rename(saved / "0002_after.json")
    done = run("0001", "latest", "--fail-on", "time:10%", cwd=folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert "0001_before.json" in done.stdout
    none = run("0003", "0001", cwd=folder)
    assert (none.returncode, none.stderr) == (2, "error: there is no run 0003 in .benchmarks/: name a file.\n")
    other = saved.parent / "Linux-CPython-3.12-64bit"
    other.mkdir()
    (other / "0001_other.json").write_bytes((saved / "0001_before.json").read_bytes())
    several = run("0001", "0002", cwd=folder)
    assert several.returncode == 2
    assert several.stderr.startswith(
        "error: .benchmarks/ has several runs 0001: name one of .benchmarks/Linux-CPython-3.11"
    )


def test_cases_are_chosen_and_a_pull_request_is_told_the_verdict_first(folder: Path, run) -> None:
    done = run("a.json", "slow.json", "-k", "post", "--fail-on", "time:10%", "--markdown", "comment.md", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    comment = (folder / "comment.md").read_text()
    assert comment.startswith("### ✅ fine: all 1 within time:10%\n")
    assert "fast" not in comment
    done = run("a.json", "slow.json", "--fail-on", "time:10%", "--markdown", "comment.md", cwd=folder)
    assert (done.returncode, (folder / "comment.md").read_text().partition("\n")[0]) == (
        1,
        "### ❌ REGRESSED: fast-default-cpu (time)",
    )
    assert run("a.json", "slow.json", "--markdown", "a.json/x.md", cwd=folder).returncode == 2


def test_several_runs_make_a_side_in_any_order_of_the_options(folder: Path, run) -> None:
    sides = ("--a", "a.json", "same.json", "--b", "slow.json", "run")
    for arguments in ((*sides, "--fail-on", "time:10%"), ("--fail-on", "time:10%", *sides)):
        done = run(*arguments, cwd=folder)
        assert (done.returncode, done.stderr) == (3, "")
        assert "a.json and 1 more" in done.stdout
        assert "which knows the noise between runs" in done.stdout
    wanted = "error: give runs, or both sides of several: mnist-report compare --a A1 A2 --b B1 B2.\n"
    for arguments in ((), ("--a", "a.json"), ("a.json", "--b", "same.json"), ("a.json", *sides)):
        assert run(*arguments, cwd=folder).stderr == wanted


def test_one_run_alone_is_grouped(folder: Path, run) -> None:
    wanted = "error: --group-by takes one run: its cases are compared with each other.\n"
    assert run("plain.json", "plain_slow.json", "--group-by", "x", cwd=folder).stderr == wanted
    assert "has a parameter x: there are none." in run("plain.json", "--group-by", "x", cwd=folder).stderr
