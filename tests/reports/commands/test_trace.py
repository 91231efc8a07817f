"""``mnist-report trace``: what a user sees, and what a script gets."""

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from made_traces import make_waits, save
from spaces import make_slow_map, make_space

from reports.commands.trace import trace
from reports.xplane.sessions import MAKE_ONE, MAX_BYTES

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    command = [sys.executable, "-m", "reports", "trace", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A run's folder with two traces; the marks of the second are those of Keras, which TensorBoard does not see."""
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
        (["empty"], f"empty holds no trace (*.xplane.pb): {MAKE_ONE}."),
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


def test_a_file_that_is_too_large_is_told_with_its_size_and_what_to_do(tmp_path: Path) -> None:
    with (tmp_path / "large.xplane.pb").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    done = run(".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: large.xplane.pb has 1,073,741,825 bytes, more than 1,073,741,824, the most that is read: capture fewer"
        " steps.\n"
    )


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


def test_neither_tensorflow_nor_keras_nor_xprof_is_imported(runs: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from reports.traces.reading import load_trace\n"
        "import reports.commands.cli\n"
        "assert load_trace(Path(sys.argv[1]), 'post').steps\n"
        "sys.exit(bool({'tensorflow', 'keras', 'xprof'} & set(sys.modules)))"
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


HEADER = "host,step,number,start_ns,duration_ns,input_ns,copy_ns,host_ns,device_ns,launch_ns,other_ns\n"


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    """A session of three hosts: one fast, one slow, one damaged."""
    folder = tmp_path / "logs" / "plugins" / "profile" / "2026_11_23"
    folder.mkdir(parents=True)
    for name, waits in (("a-fast", (1_000, 1_000)), ("b-slow", (5_000, 5_000))):
        steps_us = 10_000 if name == "a-fast" else 20_000
        save(folder, make_space(make_waits(*waits, step_us=steps_us)), name)
    (folder / "c-damaged.xplane.pb").write_bytes(b"nothing")
    return tmp_path / "logs"


def test_hosts_are_a_row_each_the_slowest_first(hosts: Path) -> None:
    done = run("logs", cwd=hosts.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        " 2026_11_23: 3 hosts, the slowest first",
        "",
        " b-slow, highly input-bound: 25 % of the step time is waiting for input",
        " without that wait a step would take 15.0 ms instead of 20.0 ms, at best",
        " slowest stage: Root, 100 % of that wait: it waited for the thread pool and the options",
        " to do: nothing",
        "",
        "hosts",
        "",
        "  host       steps  step ms  wait %  slowest stage",
        " ──────────────────────────────────────────────────",
        "  b-slow         2    20.00      25  Root",
        "  a-fast         2    10.00      10  Root",
        "  c-damaged      -        -       -  cannot be read",
        "",
        " ! c-damaged cannot be read: logs/plugins/profile/2026_11_23/c-damaged.xplane.pb is cut short or no",
        " profiler trace: capture it again, and copy the whole file.",
        " input-bound: moderately from 5% of the time on, highly from 20%, as in TensorBoard",
        " all of one host: mnist-report trace ... --session b-slow",
    ]


def test_one_host_is_chosen_by_its_name(hosts: Path) -> None:
    assert " moderately input-bound: 10 % of the step time" in run(str(hosts), "--session", "a-fast").stdout


def test_json_of_hosts(hosts: Path) -> None:
    found = json.loads(run(str(hosts), "--json").stdout)
    assert (found["schema"], found["session"]) == ("mnist-bench/trace-hosts/1", "2026_11_23")
    assert [host["host"] for host in found["hosts"]] == ["b-slow", "a-fast", "c-damaged"]
    assert found["hosts"][0]["verdict"]["input_share"] == 0.25
    assert "is cut short or no profiler trace" in found["hosts"][2]["failure"]


def test_csv_of_one_host_and_of_several(hosts: Path) -> None:
    rows = {
        "a-fast": "a-fast,train,0,0,10000000,1000000,0,0,0,0,9000000\n"
        "a-fast,train,1,10000000,10000000,1000000,0,0,0,0,9000000\n",
        "b-slow": "b-slow,train,0,0,20000000,5000000,0,0,0,0,15000000\n"
        "b-slow,train,1,20000000,20000000,5000000,0,0,0,0,15000000\n",
    }
    both = run(str(hosts), "--csv")
    assert both.stdout == HEADER + rows["a-fast"] + rows["b-slow"]
    assert both.stderr.startswith("c-damaged cannot be read: ")
    assert run(str(hosts), "--csv", "--session", "b-slow").stdout == HEADER + rows["b-slow"]


def test_csv_without_steps_says_why_beside_it(tmp_path: Path) -> None:
    save(tmp_path, make_space(make_slow_map(number=None)))
    done = run(str(tmp_path), "--csv")
    assert (done.returncode, done.stdout) == (0, HEADER)
    assert done.stderr.startswith("no steps: No event marks a step")


def test_csv_of_nothing_but_one_trace_is_one_line_and_exit_code_2(hosts: Path) -> None:
    for arguments in (["--csv", "--json"], [str(hosts), "--csv"]):
        done = run(str(hosts), *arguments)
        reason = "--csv tells the steps of one trace: leave out --json and OTHER."
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {reason}\n")


def test_hosts_of_which_none_can_be_read_are_one_line_and_exit_code_2(hosts: Path) -> None:
    for path in hosts.rglob("*.xplane.pb"):
        path.write_bytes(b"")
    done = run(str(hosts))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: no host of session 2026_11_23 can be read: {hosts}/plugins/profile/2026_11_23/a-fast.xplane.pb is"
        f" empty: {MAKE_ONE}.\n"
    )


class Stream(io.StringIO):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("least", "is_terminal", "is_shown"), [(0, True, True), (2**20, True, False), (0, False, False)]
)
def test_reading_a_long_trace_is_shown_on_a_terminal_as_it_goes_on(
    runs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    least: int,
    *,
    is_terminal: bool,
    is_shown: bool,
) -> None:
    stream = Stream(is_terminal=is_terminal)
    monkeypatch.setattr("reports.commands.trace.LONG_BYTES", least)
    monkeypatch.setattr(sys, "stderr", stream)
    trace(runs, as_json=True, session="post")
    assert json.loads(capsys.readouterr().out)["num_marks"] == 12
    assert ("reading vm.xplane.pb" in stream.getvalue()) == is_shown


def test_help_has_examples() -> None:
    shown = run("--help").stdout
    assert "mnist-report trace runs/20261123-085740 --session post" in shown
    assert "mnist-report trace before.xplane.pb after.xplane.pb" in shown
