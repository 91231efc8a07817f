"""Signals that end a command in order, and those that it was told to ignore."""

import os
import signal

import pytest

from mnist_core.terminal.stopping import STOPPING, stop_once


def test_the_first_signal_interrupts_and_the_next_do_not() -> None:
    before = [signal.getsignal(each) for each in STOPPING]
    cleared_up = []
    with pytest.raises(KeyboardInterrupt), stop_once():  # noqa: PT012  # the second signal comes while it clears up
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            cleared_up.append(True)
    assert cleared_up == [True]
    assert [signal.getsignal(each) for each in STOPPING] == before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this platform has no SIGHUP")
def test_what_is_ignored_stays_ignored() -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_once():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, former)
