"""What a signal to stop does to a command that has to clear up."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def stop_as_interrupted() -> None:
    """Let what asks this process to end, or tells that its terminal is gone, clear up as Ctrl-C does."""
    for each in STOPPING:
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, signal.default_int_handler)


@contextmanager
def stop_once() -> Iterator[None]:
    """Let the first signal to stop interrupt the block, and none of the next: it is clearing up by then.

    One that is ignored when the block begins, as ``nohup`` does, stays ignored.
    """
    heeded = [each for each in STOPPING if signal.getsignal(each) is not signal.SIG_IGN]

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    former = {each: signal.signal(each, stop) for each in heeded}
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
