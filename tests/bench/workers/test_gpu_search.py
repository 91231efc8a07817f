"""Whether there is a GPU is asked of a process of its own, and neither this one nor the fork server starts CUDA."""

import os
import threading

import pytest
import tensorflow as tf
from forked import call_forked

from bench.workers import gpu_search
from bench.workers.fork_server import PRELOADED, build_context
from bench.workers.gpu_search import find_missing_gpu

pytestmark = pytest.mark.process


def test_the_answer_is_tensorflows_own() -> None:
    reason = find_missing_gpu(build_context())
    if tf.config.list_physical_devices("GPU"):
        assert reason is None
    else:
        assert reason.startswith("no GPU here: ")
        assert reason.count("\n") == 0


def die(_connection) -> None:
    os._exit(3)


def hang(_connection) -> None:
    threading.Event().wait()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (die, "no GPU here: the process that looked for one ended with 3."),
        (hang, "no GPU here: none was found within 2 s."),
    ],
)
def test_a_search_that_fails_is_no_gpu_and_no_failure(behaviour, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_search, "_look", behaviour)
    monkeypatch.setattr(gpu_search, "LIMIT_S", 2.0 if behaviour is hang else 60.0)
    assert find_missing_gpu(build_context()) == reason


def look_at_runtime() -> tuple[bool, bool]:
    from tensorflow.python.eager import context  # noqa: PLC0415  # TensorFlow has no public way to ask

    return context.context()._physical_devices is None, context.context()._context_handle is None


def test_the_fork_server_has_asked_for_no_device_before_it_forks() -> None:
    assert PRELOADED[0] == "bench.workers.preload"
    assert call_forked(look_at_runtime) == (True, True), "a forked process cannot use a GPU that its parent has begun"
