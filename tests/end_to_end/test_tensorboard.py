"""TensorBoard on a captured trace: its Profile tab, in a real browser, says what `mnist-report trace` says."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from meters import make_meter

from bench.cases.selection import build_case
from mnist_core.digits.load import Digits
from mnist_core.files.xspace import TraceError
from reports.traces.reading import load_trace
from reports.traces.trace import Trace
from reports.xplane.periods import NS_PER_MS
from reports.xplane.sessions import list_sessions
from reports.xplane.tensorboard import build_command, check_logs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ADDRESS = re.compile(r"at (http://\S+:\d+/)")
AVERAGE = re.compile(r"Average: \d")  # the page has the words before it has the number
LIMIT_MS = 60_000  # of the browser's waiting: TensorBoard reads the trace when it is first asked


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory, digits: Digits) -> Trace:
    case = build_case("shuffle(10).map().batch(8).prefetch(2)", "traced")
    folder = tmp_path_factory.mktemp("run") / "traces" / "mine"
    make_meter(case, digits).capture(folder)
    return load_trace(folder)


@pytest.fixture(scope="module")
def address(trace: Trace) -> Iterator[str]:
    """Where TensorBoard serves the run's folder."""
    command = build_command(trace.session.path.parents[5], port=0)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if found := ADDRESS.search(line):
                yield found[1]
                break
        else:
            pytest.fail(f"TensorBoard did not start: {''.join(lines)}")
        process.terminate()
        process.stderr.read()


def open_tool(page: Page, address: str, session: str, tool: str, wanted: re.Pattern[str]) -> str:
    """The text of one of the Profile tab's tools, once a line of it is what is wanted."""
    page.goto(f"{address}?run=traces/mine/{session}&tag={tool}#profile")
    frame = page.frame_locator("iframe")
    frame.get_by_text(wanted).first.wait_for(timeout=LIMIT_MS)
    return frame.locator("body").inner_text()


@pytest.mark.process
@pytest.mark.browser
@pytest.mark.process
def test_the_profile_tab_shows_the_step_time_that_the_report_prints(
    browser: Browser, address: str, trace: Trace
) -> None:
    page = browser.new_page()
    text = open_tool(page, address, trace.session.path.parent.name, "input_pipeline_analyzer", AVERAGE)
    durations = [step.duration_ns / NS_PER_MS for step in trace.steps]
    assert f"Average: {trace.mean_step_ms:.1f} ms" in text
    assert f"Range: {min(durations):.1f} - {max(durations):.1f} ms" in text
    assert "No step marker observed" not in text
    page.close()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nowhere", "nowhere is not a folder"), ("file", "file is not a folder"), (".", "holds neither traces nor logs")],
)
def test_what_tensorboard_would_show_empty_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(TraceError, match=reason):
        check_logs(tmp_path / name)


@pytest.mark.parametrize("name", ["train/events.out.tfevents.1.host.1.0.v2", "a/plugins/profile/s/vm.xplane.pb"])
def test_logs_at_any_depth_will_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_bytes(b"")
    check_logs(tmp_path)


def test_the_logs_are_those_that_mnist_report_trace_finds(tmp_path: Path) -> None:
    stored = tmp_path / "store" / "plugins" / "profile" / "s" / "vm.xplane.pb"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"")
    deep = tmp_path / "a" / "b" / "c" / "d" / "e" / "f"
    deep.mkdir(parents=True)
    (deep / "up").symlink_to(tmp_path / "a")
    with pytest.raises(TraceError, match="holds neither traces nor logs"):
        check_logs(tmp_path / "a")
    (deep / "train").symlink_to(tmp_path / "store")
    check_logs(tmp_path / "a")
    (found,) = list_sessions(tmp_path / "a")
    assert found.path == deep / "train" / "plugins" / "profile" / "s" / "vm.xplane.pb"


def test_packed_traces_which_tensorboard_cannot_read_are_named(tmp_path: Path) -> None:
    for name in ("vm.xplane.pb.gz", "words.txt"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(TraceError, match="holds packed traces alone, which TensorBoard cannot read: unpack them with"):
        check_logs(tmp_path)
    (tmp_path / "vm.xplane.pb").write_bytes(b"")
    check_logs(tmp_path)


def test_nobody_else_can_reach_it() -> None:
    command = build_command(Path("runs/x"), 6006)
    assert command[command.index("--host") + 1] == "localhost"
    assert "--bind_all" not in command
