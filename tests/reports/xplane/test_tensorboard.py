"""TensorBoard as a process of its own: what it says comes through, what TensorFlow logs in it does not."""

import signal
import sys

import pytest

from reports.xplane.tensorboard import KILLED, run_tensorboard

NOISE = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795837029.634546    8204 cudart_stub.cc:31] Could not find cuda drivers on your machine.",
    "E0000 00:00:1795837066.980027    8844 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error",
    "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.",
)
SAID = ("TensorBoard 2.21.0 at http://localhost:6006/", "F0000 00:00:1795837066.980027 8844 check.cc:1] Check failed")


def start(ending: str) -> list[str]:
    return [
        sys.executable,
        "-c",
        f"import os, sys; sys.stderr.write({chr(10).join((*NOISE, *SAID))!r} + '\\n'); {ending}",
    ]


@pytest.mark.process
@pytest.mark.parametrize(
    ("ending", "code"),
    [("sys.exit(3)", 3), ("sys.exit(0)", 0), ("sys.stderr.flush(); os.kill(os.getpid(), 9)", KILLED + 9)],
)
def test_the_noise_is_left_out_and_the_exit_code_stays(ending: str, code: int) -> None:
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    lines: list[str] = []
    assert run_tensorboard(start(ending), lines.append) == code
    assert tuple(lines) == SAID
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers


@pytest.mark.process
def test_a_signal_to_stop_is_passed_on() -> None:
    lines: list[str] = []

    def stop(line: str) -> None:
        lines.append(line)
        signal.raise_signal(signal.SIGTERM)

    command = [sys.executable, "-c", "import sys, time; print('ready', file=sys.stderr, flush=True); time.sleep(60)"]
    assert run_tensorboard(command, stop) == KILLED + signal.SIGTERM
    assert lines == ["ready"]
