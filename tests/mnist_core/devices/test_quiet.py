"""TensorFlow's start-up noise: nobody sees it who has not asked for it, and what matters is not lost with it."""

import os
import subprocess
import sys

import pytest

from mnist_core.devices.quiet import _stderr_held_back

SCRIPT = "from mnist_core.devices.quiet import import_tensorflow as start; start(find_devices=True, shows_log={})"


@pytest.mark.process
@pytest.mark.parametrize("shows_log", [False, True])
def test_the_noise_is_shown_to_who_asks_for_it_alone(shows_log: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", SCRIPT.format(shows_log)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert bool(done.stderr) == shows_log
    assert done.stdout == ""


def test_what_was_written_is_shown_if_the_import_fails(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with _stderr_held_back():
            os.write(2, b"libcudart.so is damaged\n")
            raise ImportError("no TensorFlow")

    with pytest.raises(ImportError, match="no TensorFlow"):
        fail()
    assert capfd.readouterr().err == "libcudart.so is damaged\n"
    with _stderr_held_back():
        os.write(2, b"I0000 all is well\n")
    assert capfd.readouterr().err == ""
