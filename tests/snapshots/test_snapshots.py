"""What a user sees, held as text files: help, tables, exports, pages, errors and exit codes of all three commands.

``pytest tests/snapshots --update-snapshots`` writes the files in expected/ anew; read their diff before it is taken.
The runs in runs/ were written once, by the version of their time, and are never made anew: they prove that what lies on
people's disks is still read, and still means the same.
"""

from __future__ import annotations

import difflib
import importlib.metadata
import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_lines import find_commands, run, run_apart
from volatile import normalize, normalize_page
from widths import WIDTHS as ALL_WIDTHS, check_lines, check_table, watch_tables

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXPECTED, RUNS = HERE / "expected", HERE / "runs"
OLDER_RECORDS = ("format1.json", "format2.json")  # of other tests, which hold what is in them
FOREIGN = ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS", "CLICOLOR_FORCE", "TERMINAL_WIDTH", "GITHUB_STEP_SUMMARY")
DRAWN_BY = ("typer", "rich", "altair")  # others of them may draw the same words otherwise
WIDTHS = (80, 100)
COMMANDS = tuple(find_commands())

Check = Callable[[str, str], None]

START_PROCESSES = ("bench/errors",)
TRANSCRIPTS: dict[str, str] = {
    "report/show": """
        mnist-report show
        mnist-report show main
        mnist-report show later/record.json
        mnist-report show devices
        mnist-report show h200
        mnist-report show measured
        mnist-report show few_turns.json
        mnist-report show format1.json
        mnist-report show format2.json
        mnist-report show plain.json
        mnist-report show plain_statistics.json
    """,
    "report/claims": """
        mnist-report claims main
        mnist-report claims main --only C5,C15a
        mnist-report claims measured --only C5a
        mnist-report claims format2.json --only C3,C4
        mnist-report claims main --only C5,C15a --json
    """,
    "report/compare": """
        mnist-report compare main later
        mnist-report compare main later --all
        mnist-report compare later main measured
        mnist-report compare main other_machine.json
        mnist-report compare main other_machine.json --fail-on relative:10%
        mnist-report compare devices
        mnist-report compare h200
        mnist-report compare few_turns.json later
        mnist-report compare format1.json measured
        mnist-report compare plain.json plain_slow.json
        mnist-report compare main later --fail-on time:10%
        mnist-report compare main later --fail-on time:60%
        mnist-report compare main later --fail-on live_bytes:15% --fail-on first:50%
        mnist-report compare plain.json plain_slow.json --fail-on time:10%
        mnist-report compare plain.json plain_slow.json --fail-on time:60%
        mnist-report compare plain.json plain_statistics.json --fail-on time:10%
    """,
    "report/compare-json": """
        mnist-report compare few_turns.json later --json
        mnist-report compare plain.json plain_slow.json --json --fail-on time:10%
    """,
    "report/export-markdown": """
        mnist-report export main --to markdown
        mnist-report export devices --to markdown
        mnist-report export format1.json --to markdown
        mnist-report export plain.json --to markdown
    """,
    "report/export-csv": """
        mnist-report export main --to csv
        mnist-report export devices --to csv
        mnist-report export few_turns.json --to csv --turns
        mnist-report export format2.json --to csv
        mnist-report export plain.json --to csv
    """,
    "report/export-json": """
        mnist-report export measured --to json
        mnist-report export few_turns.json --to json
    """,
    "report/export-dashboards": """
        mnist-report export main --to github-benchmark
        mnist-report export plain.json --to github-benchmark
        mnist-report export main --to bencher
    """,
    "report/pipelines": """
        mnist-report show pipelines
        mnist-report show endless
        mnist-report compare pipelines endless
        mnist-report export pipelines --to markdown
        mnist-report export endless --to csv
        mnist-report export endless --to github-benchmark
        mnist-report claims pipelines --only C5
    """,
    "report/gate": """
        mnist-report gate gate/regressed.json
        mnist-report gate gate/regressed.json --all
        mnist-report gate gate/regressed.json --fail-on failed
        mnist-report gate gate/fine.json
        mnist-report gate gate/fine.json --all
        mnist-report gate gate/failed.json
        mnist-report gate gate/failed.json --fail-on nothing
        mnist-report gate gate/interrupted.json
    """,
    "report/gate-json": """
        mnist-report gate gate/regressed.json --json
        mnist-report gate gate/interrupted.json --json --fail-on nothing
    """,
    "report/trials": """
        mnist-report trials trials/trials.jsonl
        mnist-report trials trials/trials.jsonl --json
        mnist-report trials trials/again/trials.jsonl --again
    """,
    "report/trace": """
        mnist-report trace main
        mnist-report trace traces/unmarked.xplane.pb --top 1
        mnist-report trace main traces/after.xplane.pb
    """,
    "report/trace-json": """
        mnist-report trace main --session post --json
        mnist-report trace main traces/after.xplane.pb --json
    """,
    "core/orderings": """
        mnist-core orderings
    """,
    "bench/cases": """
        mnist-bench cases
    """,
    "bench/lint": """
        mnist-bench lint --explain all
        mnist-bench lint --explain torn-pairs
        mnist-bench lint --explain small-shuffle
    """,
    "report/errors-run": """
        mnist-report
        mnist-report nonsense
        mnist-report shwo
        mnist-report show --jsno
        mnist-report show nowhere
        mnist-report show traces
        mnist-report show trained
        mnist-report show trained/result.json
        mnist-report page trained -o p.html
        mnist-report compare main trained
        mnist-report export trained --to csv
        mnist-report show damaged/cut.json
        mnist-report show damaged/empty.json
        mnist-report show damaged/words.txt
        mnist-report show damaged/list.json
        mnist-report show damaged/negative_time.json
        mnist-report show damaged/text_for_number.json
        mnist-report show damaged/without_turns.json
        mnist-report show damaged/newer_format.json
        mnist-report show damaged/unknown_field.json
        mnist-report show damaged/no_benchmarks.json
        mnist-report show gate/fine.json
        mnist-report show main later
        mnist-report show --nonsense
        mnist-report claims nowhere
        mnist-report claims main --only C999
    """,
    "report/errors-compare": """
        mnist-report compare
        mnist-report compare main later --fail-on tiem:5%
        mnist-report compare main
        mnist-report compare main main
        mnist-report compare main nowhere
        mnist-report compare nowhere main --fail-on time:5%
        mnist-report compare main damaged/cut.json
        mnist-report compare main damaged/negative_time.json
        mnist-report compare main gate/fine.json
        mnist-report compare main other_data.json
        mnist-report compare main plain.json
        mnist-report compare main plain.json --json
        mnist-report compare main other_machine.json --fail-on time:10%
        mnist-report compare main later --fail-on speed:5%
        mnist-report compare main later --fail-on time
        mnist-report compare main later --fail-on time:much
        mnist-report compare main later --fail-on time:-5%
        mnist-report compare plain.json plain_slow.json --fail-on live:13%
    """,
    "report/errors-export": """
        mnist-report export main
        mnist-report export main --to excel
        mnist-report export nowhere --to csv
        mnist-report export damaged/cut.json --to csv
        mnist-report export main --to json --turns
        mnist-report export main --to hparams
        mnist-report export main --to hparams -o main
        mnist-report export main --to csv -o main
    """,
    "report/errors-gate": """
        mnist-report gate
        mnist-report trials
        mnist-report gate nowhere.json
        mnist-report gate main
        mnist-report gate plain.json
        mnist-report gate gate/fine.json --fail-on slow
        mnist-report gate gate/fine.json --markdown main
        mnist-report gate damaged/gate_cut.json
        mnist-report gate damaged/gate_negative_time.json
        mnist-report gate damaged/gate_unknown_case.json
        mnist-report gate damaged/gate_newer_format.json
        mnist-report gate damaged/gate_without_plan.json
        mnist-report gate damaged/gate_two_fingerprints.json
        mnist-report trials nowhere.jsonl
        mnist-report trials plain.json
        mnist-report trials damaged/trials.jsonl
        mnist-report trials trials/trials.jsonl --again
    """,
    "report/errors-page": """
        mnist-report page nowhere -o p.html
        mnist-report page damaged/cut.json -o p.html
        mnist-report page main -o p.pdf
        mnist-report page main -o main
        mnist-report page traces/after.xplane.pb -o p.html
        mnist-report picture main --chart pie
        mnist-report picture main -o p.gif
        mnist-report picture few_turns.json --chart memory -o p.svg
        mnist-report picture nowhere -o p.svg
    """,
    "report/errors-trace": """
        mnist-report trace
        mnist-report trace nowhere
        mnist-report trace gate
        mnist-report trace plain.json
        mnist-report trace main/record.json
        mnist-report trace main --session mine
        mnist-report trace damaged/cut.xplane.pb
        mnist-report trace damaged/words.xplane.pb
        mnist-report trace main --top -1
        mnist-report trace main nowhere
        mnist-report tensorboard nowhere
        mnist-report tensorboard plain.json
        mnist-report tensorboard gate
        mnist-report tensorboard main --port 70000
        mnist-report tensorboard main --port http
    """,
    "core/errors": """
        mnist-core
        mnist-core nonsense
        mnist-core train --ordering nonsense
        mnist-core train --ordering 'shuffle(0).batch(32)'
        mnist-core train --ordering 'batch(32).map('
        mnist-core train --batch-size 0
        mnist-core train --epochs 0
        mnist-core train --epochs many
        mnist-core train --steps-per-epoch 0
        mnist-core train --learning-rate -1
        mnist-core train --seed -1
        mnist-core train --model transformer
        mnist-core train --loop while
        mnist-core train --labels words
        mnist-core train --device tpu
        mnist-core train --checkpoint onnx
        mnist-core train --profile 10
        mnist-core train --profile 20:10
        mnist-core train --profile 0:5000
        mnist-core evaluate
        mnist-core train --modle cnn
        mnist-core export --format savedmodl
        mnist-core export main -o here --format pickle
        mnist-core predict main
    """,
    "bench/errors": """
        mnist-bench
        mnist-bench nonsense
        mnist-bench noise --repetitions 1
        mnist-bench noise --turns 0
        mnist-bench noise --ordering nonsense
        mnist-bench noise --pipeline mine.py:make --ordering post
        mnist-bench noise --select train
        mnist-bench doctor --nonsense
        mnist-bench trace
        mnist-bench trace nonsense
        mnist-bench trace mine.py
        mnist-bench trace mine.py:make --arg nonsense
        mnist-bench trace post --select train
        mnist-bench trace mine.py:make --source nonsense
        mnist-bench trace mine.py:make --run train.py
        mnist-bench trace --run train
        mnist-bench run
        mnist-bench run nonsense
        mnist-bench run my_pipeline.py
        mnist-bench run my_pipeline.py:make --arg batch_size
        mnist-bench run post --arg batch_size=64
        mnist-bench run --run train.py --arg batch_size=64
        mnist-bench run --run 'train.py --bs 16' --select train
        mnist-bench run my_pipeline.py:make --step-ms 0
        mnist-bench run my_pipeline.py:make --budget 0
        mnist-bench sweep
        mnist-bench sweep nonsense
        mnist-bench sweep mine.py:make --budget 0
        mnist-bench sweep mine.py:make --step-ms nowhere
        mnist-bench sweep mine.py:make --out main
        mnist-bench describe
        mnist-bench describe nonsense
        mnist-bench describe mine.py
        mnist-bench describe mine.py:make --arg nonsense
        mnist-bench describe post --select train
        mnist-bench describe mine.py:make --source nonsense
        mnist-bench describe mine.py:make --memory-limit 0
        mnist-bench lint
        mnist-bench lint mine.py
        mnist-bench lint post --fail-on nonsense
        mnist-bench lint post --json --sarif -
        mnist-bench lint --explain torn-pair
        mnist-bench gate
        mnist-bench gate --metrics speed
        mnist-bench gate --fail-on slow
        mnist-bench gate --budget 0
        mnist-bench gate --against main --base main
        mnist-bench gate --against main --out gate.json
        mnist-bench gate --against nowhere
        mnist-bench gate --against damaged/cut.json
        mnist-bench gate --against main --cases 'nothing*'
        mnist-bench gate --base main
        mnist-bench trials
        mnist-bench trials run
        mnist-bench trials run --out new --kinds nonsense
        mnist-bench trials run --out new --trials 0
        mnist-bench trials run --out plain.json
        mnist-bench trials designs --cases nonsense
        mnist-bench trials designs --budget 0 --out plain.json
        mnist-bench trials designs --budget -1
    """,
}
WITH_TABLES = (
    *("report/show", "report/claims", "report/compare", "report/pipelines", "report/gate", "report/trials"),
    *("report/trace", "core/orderings", "bench/cases"),
)
LOADS_TENSORFLOW = """
    mnist-core train --device cpu --data nowhere.npz
    mnist-core train --device cpu --data plain.json
    mnist-core evaluate nowhere
    mnist-core evaluate plain.json
    mnist-core evaluate main
    mnist-core export main/record.json
    mnist-core predict main plain.png
    mnist-core predict nowhere nowhere.png
    mnist-core predict nowhere plain.json
    mnist-core export nowhere -o here
    mnist-core export gate -o here
"""
PAGES = {
    "page-main": "mnist-report page main -o page.html",
    "page-two-runs": "mnist-report page measured format1.json -o page.html",
    "page-devices": "mnist-report page devices -o page.html",
    "page-pipelines": "mnist-report page pipelines endless -o page.html",
}
OTHERS = (
    "bench/pytest-ids",
    "bench/pytest-options",
    "core/errors-tensorflow",
    "report/export-hparams",
    "report/files",
    "report/page-says",
)


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a copy of the stored runs, in a terminal of 80 columns without colour."""
    folder = tmp_path / "work"
    shutil.copytree(RUNS, folder)
    for name in OLDER_RECORDS:
        (found,) = (ROOT / "tests").rglob(name)
        shutil.copy(found, folder)
    (folder / "trained").mkdir()
    (folder / "trained" / "result.json").write_text('{"format": 1}\n', encoding="utf-8")
    (folder / "runs").mkdir()
    for name in ("mine.py", "my_pipeline.py"):
        (folder / name).touch()
    shutil.copytree(folder / "measured", folder / "runs" / "20261127-171150")
    _damage(folder)
    monkeypatch.chdir(folder)
    _set_terminal(monkeypatch, WIDTHS[0])
    return folder


@pytest.fixture
def check(request: pytest.FixtureRequest) -> Check:
    """Compares a text with the file of that name in expected/, or writes it there if --update-snapshots is given."""
    is_update = request.config.getoption("--update-snapshots", default=False)

    def check_text(name: str, text: str) -> None:
        file = EXPECTED / name
        if is_update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            return
        if not file.exists():
            pytest.fail(f"there is no snapshot {name}: make it with --update-snapshots", pytrace=False)
        expected = file.read_text(encoding="utf-8")
        if text != expected:
            lines = (expected.splitlines(), text.splitlines())
            diff = "\n".join(difflib.unified_diff(*lines, f"expected/{name}", "now", lineterm=""))
            drawn = ", ".join(f"{each} {importlib.metadata.version(each)}" for each in DRAWN_BY)
            hint = f"drawn with {drawn}; constraints.txt names those of the snapshots"
            pytest.fail(f"{diff}\n\n{hint}\nif this is meant: pytest tests/snapshots --update-snapshots", pytrace=False)

    return check_text


def _set_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)
    for name, value in (("COLUMNS", str(columns)), ("LINES", "40"), ("TERM", "xterm"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    # typer reads these two from the environment when it is imported
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", None)
    monkeypatch.setattr("typer.rich_utils.FORCE_TERMINAL", None)


def _damage(folder: Path) -> None:
    """Write copies of the good files that have one fault each."""
    (damaged := folder / "damaged").mkdir()
    few, fine = ((folder / name).read_text(encoding="utf-8") for name in ("few_turns.json", "gate/fine.json"))
    trials = (folder / "trials" / "trials.jsonl").read_text(encoding="utf-8").splitlines()
    trace = (folder / "traces" / "after.xplane.pb").read_bytes()

    def alter(text: str, name: str, *keys: Any, to: object) -> None:
        changed = place = json.loads(text)
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to
        (damaged / name).write_text(json.dumps(changed), encoding="utf-8")

    own = ("benchmarks", 0, "extra_info", "mnist_bench")
    alter(few, "negative_time.json", *own, "turns", 1, "sample", "wall_ns", to=-5)
    alter(few, "text_for_number.json", *own, "turns", 1, "sample", "num_examples", to="many")
    alter(few, "without_turns.json", *own, "turns", to=[])
    alter(few, "newer_format.json", *own, "format", to=99)
    alter(few, "unknown_field.json", *own, "colour", to="red")
    alter(few, "no_benchmarks.json", "benchmarks", to=[])
    alter(fine, "gate_negative_time.json", "pairs", 0, "base", "turns", 0, "wall_ns", to=-5)
    alter(fine, "gate_unknown_case.json", "pairs", 0, "case", to="nobody")
    alter(fine, "gate_newer_format.json", "mnist_bench_gate", to=99)
    alter(fine, "gate_without_plan.json", "plan", to=None)
    alter(fine, "gate_two_fingerprints.json", "head", "setting", "data_fingerprint", to="ff" * 32)
    (damaged / "cut.json").write_text(few[:-9], encoding="utf-8")
    (damaged / "gate_cut.json").write_text(fine[:-9], encoding="utf-8")
    (damaged / "list.json").write_text("[]\n", encoding="utf-8")
    (damaged / "words.txt").write_text("no JSON at all\n", encoding="utf-8")
    (damaged / "empty.json").write_text("", encoding="utf-8")
    (damaged / "trials.jsonl").write_text(f'{trials[0]}\n{{"number": "one"}}\n{trials[2]}\n', encoding="utf-8")
    (damaged / "cut.xplane.pb").write_bytes(trace[: len(trace) // 2])
    (damaged / "words.xplane.pb").write_text("no trace at all\n", encoding="utf-8")


def _transcribe(lines: str) -> str:
    return "\n".join(normalize(run(line.strip())) for line in lines.strip().splitlines())


def _name_help(command: str, columns: int) -> str:
    return f"help/{command.replace(' ', '-')}-{columns}.txt"


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, columns: int, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_terminal(monkeypatch, columns)
    check(_name_help(command, columns), normalize(run(f"{command} --help")))


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.process if name in START_PROCESSES else ()) for name in TRANSCRIPTS],
)
def test_transcript(name: str, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_terminal(monkeypatch, WIDTHS["errors" not in name])
    check(f"{name}.txt", _transcribe(TRANSCRIPTS[name]))


@pytest.mark.parametrize("name", WITH_TABLES)
def test_every_table_fits_every_width(name: str) -> None:
    with watch_tables() as tables:
        for line in TRANSCRIPTS[name].strip().splitlines():
            output, _, _ = run_apart(line.strip())
            if " export " in line or line.endswith(" --json"):
                continue
            check_lines(output, WIDTHS[0])
            assert re.findall(r".* $", output, re.MULTILINE) == [], "no line of a pipe ends with a blank"
    for table in list(tables):
        for columns in ALL_WIDTHS:
            check_table(table, columns)


@pytest.mark.process
@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, work: Path, check: Check) -> None:
    assert run_apart(PAGES[name])[1:] == ("", 0)
    check(f"report/{name}.html", normalize_page((work / "page.html").read_text(encoding="utf-8")))


@pytest.mark.process
def test_what_page_and_picture_say(work: Path, check: Check) -> None:
    shutil.copy("damaged/cut.xplane.pb", "main/traces/post/plugins/profile/2026_11_23/other.xplane.pb")
    lines = "mnist-report page main later -o page.html\nmnist-report picture main --chart frontier --dark -o p.svg"
    check("report/page-says.txt", _transcribe(lines))
    assert (work / "p.svg").read_bytes().startswith(b"<svg")


def test_files_that_commands_write(work: Path, check: Check) -> None:
    assert run_apart("mnist-report gate gate/regressed.json --markdown out/comment.md")[1:] == ("", 1)
    assert run_apart("mnist-report gate gate/failed.json --markdown out/failed.md")[1:] == ("", 2)
    assert run_apart("mnist-report export few_turns.json --to csv -o out/few.csv") == ("", "", 0)
    files = sorted((work / "out").iterdir())
    texts = (f"=== {file.name}\n{file.read_bytes().decode()}\n" for file in files)
    check("report/files.txt", normalize("".join(texts)))


def test_hparams_folder(work: Path, check: Check) -> None:
    assert run_apart("mnist-report export few_turns.json --to hparams -o logs") == ("", "", 0)
    names = sorted(file.relative_to(work).as_posix() for file in (work / "logs").rglob("*") if file.is_file())
    text = "".join(f"{re.sub(r'tfevents.*', 'tfevents', name)}\n" for name in names)
    check("report/export-hparams.txt", text)


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="needs TensorFlow")
def test_errors_behind_tensorflow(check: Check) -> None:
    check("core/errors-tensorflow.txt", _transcribe(LOADS_TENSORFLOW))


def _run_pytest(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What pytest says of the bench without measuring anything."""
    command = [sys.executable, "-m", "pytest", "bench/", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.process
def test_ids_of_the_bench(check: Check) -> None:
    done = _run_pytest("--traces", "--claims", "all")
    ids = [line for line in done.stdout.splitlines() if line.startswith("bench/") and "::" in line]
    check("bench/pytest-ids.txt", "".join(f"{line}\n" for line in ids))
    assert done.returncode == 0


@pytest.mark.process
def test_options_of_the_bench(check: Check) -> None:
    _, _, options = _run_pytest("--help").stdout.partition("\nMNIST Bench:\n")
    texts = [options.partition("\n\n")[0]]
    for arguments in (("--ordering", "nonsense"), ("--claims", "C999"), ("--arm", "fast")):
        done = _run_pytest(*arguments)
        texts.append(f"$ pytest bench/ {shlex.join(arguments)}\n{done.stderr.strip()}\n--- exit code {done.returncode}")
    check("bench/pytest-options.txt", normalize("\n\n".join(texts)) + "\n")


def test_every_command_has_a_transcript() -> None:
    lines = "\n".join((*TRANSCRIPTS.values(), *PAGES.values(), LOADS_TENSORFLOW)) + "\n"
    assert [command for command in COMMANDS if f"{command} " not in lines and f"{command}\n" not in lines] == []


def test_no_snapshot_is_left_over() -> None:
    held = {f"{name}.txt" for name in (*TRANSCRIPTS, *OTHERS)}
    held |= {f"report/{name}.html" for name in PAGES}
    held |= {_name_help(command, columns) for command in COMMANDS for columns in WIDTHS}
    found = {file.relative_to(EXPECTED).as_posix() for file in EXPECTED.rglob("*") if file.is_file()}
    assert found == held
