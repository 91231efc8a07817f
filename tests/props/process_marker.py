"""The marker `process` means what it says: a test without it that starts a process fails, with one line."""

from __future__ import annotations

import _posixsubprocess
import multiprocessing.process
import sys
from collections.abc import Callable, Generator
from typing import Any

import pytest

STARTS = frozenset(
    {
        "subprocess.Popen",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "multiprocessing.start",
    }
)  # events of sys.audit; the last one is ours, as Python has none for what multiprocessing starts
_listeners: list[Callable[[str], None]] = []


def _hear(event: str, args: tuple[object, ...]) -> None:
    if event in STARTS:
        for listener in _listeners:
            listener(event)


def _announce(owner: Any, name: str) -> None:
    """Let a function that starts a process without an event of its own raise one."""
    start = getattr(owner, name)

    def announced(*args: object, **options: object) -> object:
        sys.audit("multiprocessing.start")
        return start(*args, **options)

    setattr(owner, name, announced)


sys.addaudithook(_hear)  # it stays for as long as Python runs
_announce(multiprocessing.process.BaseProcess, "start")  # the fork server forks in a process that cannot be heard
_announce(_posixsubprocess, "fork_exec")  # by which multiprocessing starts its servers


class ProcessMarker:
    """A plugin of pytest that fails every unmarked test that starts a process, itself or by a fixture that it uses."""

    def __init__(self) -> None:
        self._heard: list[str] = []  # from the test that is running
        self._fixtures: list[pytest.FixtureDef[Any]] = []  # being set up, the innermost last
        self._starters: dict[pytest.FixtureDef[Any], str] = {}  # the fixtures that have started a process, and how

    def pytest_configure(self) -> None:
        _listeners.append(self._note)

    def pytest_unconfigure(self) -> None:
        _listeners.remove(self._note)

    def _note(self, event: str) -> None:
        self._heard.append(event)
        self._starters.update(dict.fromkeys(self._fixtures, event))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        self._fixtures.append(fixturedef)
        try:
            return (yield)
        finally:
            self._fixtures.pop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        self._heard.clear()
        result = yield
        self._heard += [how for fixture, how in self._starters.items() if _uses(item, fixture)]
        _check(item, self._heard)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        result = yield
        _check(item, self._heard)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        self._heard.clear()
        result = yield
        _check(item, self._heard)
        return result


def _uses(item: pytest.Item, fixture: pytest.FixtureDef[Any]) -> bool:
    """True if the test uses the fixture, be it one of wider scope that was set up for an earlier test."""
    return fixture.argname in getattr(item, "fixturenames", ()) and item.nodeid.startswith(fixture.baseid)


def _check(item: pytest.Item, heard: list[str]) -> None:
    if heard and not item.get_closest_marker("process"):
        pytest.fail(f"{item.nodeid} starts a process ({heard[0]}): mark it with @pytest.mark.process", pytrace=False)
