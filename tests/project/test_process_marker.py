"""What starts a process and is not marked so fails with one line, be it the test, a fixture or a library."""

import pytest
from process_marker import ProcessMarker

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.process

STARTS = {
    "subprocess": "subprocess.run(['true'])",
    "fork": "os.waitpid(os.fork() or os._exit(0), 0)",
    "posix_spawn": "os.waitpid(os.posix_spawnp('true', ['true'], {}), 0)",
    "system": "os.system('true')",
    "fork server": "start('forkserver')",
    "spawn": "start('spawn')",
    "a helper of multiprocessing": "os.waitpid(multiprocessing.util.spawnv_passfds(b'/bin/true', [b'true'], []), 0)",
}
HEAD = """
import multiprocessing.forkserver, os, subprocess, time
import pytest

multiprocessing.forkserver.ensure_running()  # so that it need not be started by a test

def start(method):
    process = multiprocessing.get_context(method).Process(target=time.time)
    process.start()
    process.join()
"""


def run(pytester: pytest.Pytester, text: str, *arguments: str) -> pytest.RunResult:
    pytester.makeini("[pytest]\nmarkers = process: starts a process\n")
    pytester.makepyfile(test_it=HEAD + text)
    return pytester.runpytest_inprocess(*arguments, plugins=[ProcessMarker()])


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_an_unmarked_test_that_starts_a_process_fails_with_the_line_and_a_marked_one_passes(
    pytester: pytest.Pytester, start: str
) -> None:
    text = f"def test_unmarked():\n    {start}\n\n@pytest.mark.process\ndef test_marked():\n    {start}\n"
    done = run(pytester, text)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["test_it.py::test_unmarked starts a process (*): mark it with @pytest.mark.process"])


def test_a_test_that_starts_nothing_needs_no_marker(pytester: pytest.Pytester) -> None:
    run(pytester, "def test_quiet():\n    assert os.getpid()\n").assert_outcomes(passed=1)


def test_a_start_whose_error_is_swallowed_counts(pytester: pytest.Pytester) -> None:
    text = "def test_it():\n    with pytest.raises(OSError):\n        subprocess.run(['/nowhere'])\n"
    run(pytester, text).assert_outcomes(failed=1)


def test_all_who_share_a_fixture_that_starts_a_process_need_the_marker_and_nobody_else(
    pytester: pytest.Pytester,
) -> None:
    text = """
@pytest.fixture(scope="module")
def server():
    subprocess.run(['true'])

@pytest.fixture
def through(server):
    return server

@pytest.mark.process
def test_first(server): pass

def test_second(through): pass

def test_third(): pass
"""
    done = run(pytester, text)
    done.assert_outcomes(passed=2, errors=1)
    done.stdout.fnmatch_lines(["test_it.py::test_second starts a process (subprocess.Popen): mark it with *"])


def test_a_start_while_a_fixture_is_torn_down_fails_too(pytester: pytest.Pytester) -> None:
    text = """
@pytest.fixture
def last():
    yield
    subprocess.run(['true'])

def test_it(last): pass
"""
    run(pytester, text).assert_outcomes(passed=1, errors=1)


def test_a_marked_module_is_enough(pytester: pytest.Pytester) -> None:
    text = "pytestmark = pytest.mark.process\n\ndef test_it():\n    subprocess.run(['true'])\n"
    run(pytester, text).assert_outcomes(passed=1)
