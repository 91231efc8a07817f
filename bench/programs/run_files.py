"""Notes the files whose code a process runs, however that is loaded: Python tells its audit hooks of all of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

CODE = ".py"
WITHOUT_FILE = "<string>"  # what Python calls the file of a text that was given to exec
NO_FILE = "<"  # how such names begin, also those of frozen modules


class RunFiles:
    """The files whose code has been run, from when this is started until it is stopped.

    A hook stays as long as its process: there is one, which does nothing while this is stopped.
    """

    def __init__(self) -> None:
        self._is_on = self._is_hooked = False
        self._run: dict[str, None] = {}
        self._read: dict[str, None] = {}
        self._texts: set[bytes] = set()

    def start(self) -> None:
        """Forget all that was noted, and note from now on."""
        for noted in (self._run, self._read, self._texts):
            noted.clear()
        self._is_on = True
        if not self._is_hooked:
            sys.addaudithook(self._hear)
            self._is_hooked = True

    def stop(self) -> list[str]:
        """The files whose code was run, and those that were read and whose text was run without their name."""
        self._is_on = False
        read = [each for each in self._read if each not in self._run and _read_text(each) in self._texts]
        return [*self._run, *read]

    def _hear(self, event: str, told: tuple[Any, ...]) -> None:
        if not self._is_on:
            return
        if event == "exec":
            name = getattr(told[0], "co_filename", NO_FILE)
            if not name.startswith(NO_FILE):
                self._run.setdefault(name)
        elif event == "open" and str(told[0]).endswith(CODE):
            self._read.setdefault(str(told[0]))
        elif event == "compile" and told[1] == WITHOUT_FILE and isinstance(told[0], bytes | str):
            text = told[0].encode(errors="surrogateescape") if isinstance(told[0], str) else told[0]
            self._texts.add(_normalize(text))


def _read_text(file: str) -> bytes:
    try:
        return _normalize(Path(file).read_bytes())
    except OSError:  # it was to be written, or is gone
        return b""


def _normalize(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").strip()
