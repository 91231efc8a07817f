"""``mnist-report trace``: what a user sees, and what a script gets."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from spaces import make_slow_map, make_space

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    command = [sys.executable, "-m", "reports", "trace", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A run's folder with two traces; the second has a faster step and no mark for xprof."""
    for case, options in (("post", {}), ("stock", {"mark": "Profiled batch", "level": None})):
        folder = tmp_path / "run" / "traces" / case / "plugins" / "profile" / "2026_11_23"
        folder.mkdir(parents=True)
        (folder / "vm.xplane.pb").write_bytes(make_space(make_slow_map(**options)).SerializeToString())
    return tmp_path / "run"


def test_one_trace_is_tables_without_colour_in_a_pipe(runs: Path) -> None:
    done = run(str(runs), "--session", "post")
    assert (done.returncode, done.stderr) == (0, "")
    assert " highly input-bound: 81 % of the step time is waiting for input" in done.stdout
    assert " slowest stage: Map, 93 % of that wait: it waited for its function" in done.stdout
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 100


def test_top_limits_the_operations(runs: Path) -> None:
    assert "operations, the longest 1 of 2" in run(str(runs), "--session", "post", "--top", "1").stdout
    assert "operations, the longest" not in run(str(runs), "--session", "post", "--top", "0").stdout


def test_json_of_one_and_of_two(runs: Path) -> None:
    session = runs / "traces" / "post"
    found = json.loads(run(str(session), "--json").stdout)
    assert (found["verdict"]["bound"], found["slowest_stage"]["name"]) == ("highly input-bound", "Map")
    both = json.loads(run(str(session), str(runs / "traces" / "stock"), "--json").stdout)
    assert both["second"]["session"] == "2026_11_23"
    assert {pair["gain_ms"] for pair in both["parts"]} == {0.0}


def test_two_traces_stand_side_by_side(runs: Path) -> None:
    done = run(str(runs / "traces" / "post"), str(runs / "traces" / "stock"))
    assert done.returncode == 0
    assert "B - A" in done.stdout
    assert "! B: TensorBoard's Profile tab is empty for this trace" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 100


def test_bad_input_is_one_line_and_exit_code_2(runs: Path) -> None:
    whole = (runs / "traces" / "post" / "plugins" / "profile" / "2026_11_23" / "vm.xplane.pb").read_bytes()
    (runs / "cut.xplane.pb").write_bytes(whole[:-100])
    (runs / "foreign.json").write_text("{}")
    (runs / "empty").mkdir()
    (runs / "damaged.gz").write_bytes(gzip.compress(whole)[:-100])
    (runs / "loop").symlink_to("loop")
    (runs / "broken").symlink_to("gone")
    os.mkfifo(runs / "pipe")
    (runs / "saved_model.pb").touch()
    for arguments, reason in (
        (["nowhere"], "nowhere does not exist: give an .xplane.pb file, or a folder of TensorBoard's logs."),
        (["."], ". holds 3 sessions: choose one with --session, of run, post/2026_11_23, stock/2026_11_23."),
        (
            ["traces", "--session", "x"],
            "traces holds no session 'x': choose one with --session, of post/2026_11_23, stock/2026_11_23.",
        ),
        (["empty"], "empty holds no trace (*.xplane.pb): capture one with mnist-core train --profile START:STOP."),
        (
            ["cut.xplane.pb"],
            "cut.xplane.pb is cut short or no profiler trace: capture it again, and copy the whole file.",
        ),
        (
            ["foreign.json", "--json"],
            "foreign.json is cut short or no profiler trace: capture it again, and copy the whole file.",
        ),
        (["damaged.gz"], "damaged.gz is a damaged gzip file: copy the whole file again."),
        (["loop"], "loop cannot be read: Too many levels of symbolic links."),
        (
            ["broken"],
            "broken leads to gone, which does not exist: give an .xplane.pb file, or a folder of TensorBoard's logs.",
        ),
        (["pipe"], "pipe is a pipe, a socket or a device: give an .xplane.pb file, or a folder with one."),
        (["/dev/zero"], "/dev/zero is a pipe, a socket or a device: give an .xplane.pb file, or a folder with one."),
        (
            ["saved_model.pb"],
            "saved_model.pb is a saved model, not a trace of the profiler (*.xplane.pb): give cut.xplane.pb.",
        ),
    ):
        done = run(*arguments, cwd=runs)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {reason}\n")


def test_a_packed_trace_behind_links_says_what_the_file_itself_says(runs: Path) -> None:
    session = runs / "traces" / "post" / "plugins" / "profile" / "2026_11_23"
    packed = runs.parent / "store" / "vm.xplane.pb.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress((session / "vm.xplane.pb").read_bytes()))
    linked = runs.parent / "logs" / "train" / "plugins" / "profile"
    linked.mkdir(parents=True)
    (linked / "2026_11_23").symlink_to(packed.parent)
    (linked / "up").symlink_to("../..")
    through_links = json.loads(run(str(runs.parent / "logs"), "--json").stdout)
    itself = json.loads(run(str(session), "--json").stdout)
    assert (through_links.pop("session"), itself.pop("session")) == ("train/2026_11_23", "2026_11_23")
    assert through_links.pop("path") == str(linked / "2026_11_23" / "vm.xplane.pb.gz")
    assert itself.pop("path") == str(session / "vm.xplane.pb")
    assert through_links == itself


def test_nothing_is_written_beside_the_trace(runs: Path) -> None:
    before = sorted(runs.rglob("*"))
    run(str(runs), "--session", "post")
    assert sorted(runs.rglob("*")) == before


def test_neither_tensorflow_nor_keras_is_imported(runs: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from reports.traces.reading import load_trace\n"
        "import reports.commands.cli\n"
        "assert load_trace(Path(sys.argv[1]), 'post').steps\n"
        "from xprof.convert import raw_to_tool_data\n"
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(runs)], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == 0


def test_only_a_trace_that_is_read_imports_protobuf_and_only_its_tables_rich() -> None:
    script = (
        "import sys; import reports.traces.json, reports.traces.reading\n"
        "assert not {'google.protobuf', 'xprof', 'rich'} & set(sys.modules)\n"
        "import reports.commands.cli, reports.page.compose, reports.compare.tables\n"
        "assert not {'google.protobuf', 'xprof'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_with_modules_of_the_users_own_does_not_disturb(runs: Path) -> None:
    for name in ("xprof.py", "json.py", "numbers.py"):
        (runs / name).write_text("raise SystemExit('not this one')")
    script = "import os; import sys; from pathlib import Path; from reports.traces.reading import load_trace\n"
    script += "os.chdir(sys.argv[1])\n"
    script += "assert load_trace(Path('.'), 'post').steps"
    done = subprocess.run([sys.executable, "-c", script, str(runs)], cwd=ROOT, check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_has_examples() -> None:
    shown = run("--help").stdout
    assert "mnist-report trace runs/20261123-085740 --session post" in shown
    assert "mnist-report trace before.xplane.pb after.xplane.pb" in shown
