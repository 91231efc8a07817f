"""Runs a person's program in a thread of a worker, as ``python program.py`` would, up to where a watch keeps it."""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import signal
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.programs.watch import Place, Stopped, Watch
from bench.subjects.origins import is_own

MOST_KEPT = 2000  # characters of what it prints
REPLACES = ("execv", "execve")  # to which the others of their kind come down
SIGNALS = ("signal", "alarm", "setitimer")  # for a main thread only, or deadly without what only that may do


class Program:
    """One run of a program.

    Args:
        path: Its file.
        words: Its name and arguments, as it finds them in ``sys.argv``.
        watch: Is told what it does with datasets, and keeps it.
    """

    def __init__(self, path: Path, words: Sequence[str], watch: Watch) -> None:
        self._path, self._words, self._watch = path, words, watch
        self.output = LastWords()
        self.failure: BaseException | None = None
        """What it ended with, if not by itself."""
        self._thread = threading.Thread(target=self._run, daemon=True, name=path.name)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run the program; inside, it prints to a file and reads nothing."""
        sys.argv[:] = self._words
        with (
            Path(os.devnull).open(encoding="utf-8") as nothing,
            contextlib.redirect_stdout(self.output),
            contextlib.redirect_stderr(self.output),
            _replacing(sys, "stdin", nothing),
            self.held(),
        ):
            self._thread.start()
            yield

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Inside, keep the program from ending, replacing or interrupting this process."""
        with contextlib.ExitStack() as undo:
            for name in ("_exit", *REPLACES):
                undo.enter_context(_replacing(os, name, self._keep(getattr(os, name), name)))
            for name in SIGNALS:
                undo.enter_context(_replacing(signal, name, _only_in_main_thread(getattr(signal, name))))
            yield

    def find_place(self) -> Place | None:
        """The file and line of a person's own code where the program is now, or where it failed."""
        if self.failure is not None:
            frames = [(each, line) for each, line in traceback.walk_tb(self.failure.__traceback__) if is_own(each)]
            return (frames[-1][0].f_code.co_filename, frames[-1][1]) if frames else None
        frame: types.FrameType | None = sys._current_frames().get(self._thread.ident or 0)
        while frame is not None and not is_own(frame):
            frame = frame.f_back
        return None if frame is None else (frame.f_code.co_filename, frame.f_lineno)

    def join(self, limit_s: float) -> None:
        """Wait for its end, but not for long, nor for oneself."""
        if self._thread is not threading.current_thread():
            self._thread.join(limit_s)

    def _run(self) -> None:
        threading.current_thread()._daemonic = False  # type: ignore[attr-defined]  # its threads are as a program's
        others = set(threading.enumerate())
        try:
            runpy.run_path(str(self._path), run_name="__main__")
        except Stopped:
            return
        except BaseException as error:  # noqa: BLE001  # whatever it raises, also SystemExit
            if not self._watch.stopped.is_set():
                self._note_failure(error)
        for thread in set(threading.enumerate()) - others:
            if not thread.daemon:
                thread.join()  # as Python does at a program's end
        self._watch.end()

    def _note_failure(self, error: BaseException) -> None:
        if not isinstance(error, SystemExit):
            traceback.print_exception(error)
        elif isinstance(error.code, str):
            self.output.write(f"{error.code}\n")
        elif not error.code:
            return
        self.failure = error

    def _keep(self, original: Callable[..., Any], name: str) -> Callable[..., Any]:
        def keep(*args: Any) -> Any:
            if name in REPLACES:
                self._watch.refusal = f"starts itself anew (os.{name}): give what it starts"
            self._watch.stop()
            return original(*args)  # in a child, which is no part of this

        return keep


class LastWords(io.TextIOWrapper):
    """What is printed goes where it went; its end is kept."""

    def __init__(self) -> None:
        super().__init__(open(os.dup(2), "wb"), encoding="utf-8", errors="replace", line_buffering=True)  # noqa: SIM115, PTH123
        self._kept = ""

    def write(self, text: str) -> int:
        """Print, and keep the end."""
        self._kept = (self._kept + text)[-MOST_KEPT:]
        return super().write(text)

    def read_last_line(self) -> str:
        """The last line with words in it; empty without."""
        return next((line.strip() for line in reversed(self._kept.splitlines()) if line.strip()), "")


def _only_in_main_thread(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        return original(*args) if threading.current_thread() is threading.main_thread() else 0

    return call


@contextlib.contextmanager
def _replacing(owner: Any, name: str, value: Any) -> Iterator[None]:
    kept = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, kept)
