"""Runs a function in a process forked from the bench's server, which has not started TensorFlow's runtime yet."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from bench.workers.fork_server import build_context

LIMIT_S = 120.0
ACCELERATOR = "CPU:1"


def call_forked(function: Callable[..., Any], *args: Any) -> Any:
    """What `function`, of a module, returns there.

    Raises:
        AssertionError: it raised; the message is its traceback.
    """
    context = build_context()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, function, args), daemon=True)
    process.start()
    theirs.close()
    assert ours.poll(LIMIT_S), "no answer"
    result, error = ours.recv()
    process.join()
    if error:
        raise AssertionError(error)
    return result


def call_with_two_cpus(function: Callable[..., Any], *args: Any) -> Any:
    """The same where there are two logical CPU devices; `ACCELERATOR`, the second, stands for an accelerator."""
    return call_forked(_split_cpu_and_call, function, *args)


def _serve(connection: Connection, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    try:
        connection.send((function(*args), None))
    except Exception:  # noqa: BLE001  # whatever it was, the test must be told
        connection.send((None, traceback.format_exc()))


def _split_cpu_and_call(function: Callable[..., Any], *args: Any) -> Any:
    import tensorflow as tf  # noqa: PLC0415  # the fork server has imported it

    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    return function(*args)
