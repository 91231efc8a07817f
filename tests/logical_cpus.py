"""Runs a function in a forked process that has two logical CPU devices: CPU:1 stands for the accelerator."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from bench.harness.workers import build_context

LIMIT_S = 120.0
ACCELERATOR = "CPU:1"


def call_with_two_cpus(function: Callable[..., Any], *args: Any) -> Any:
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


def _serve(connection: Connection, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    import tensorflow as tf  # noqa: PLC0415  # the fork server has imported it

    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    try:
        connection.send((function(*args), None))
    except Exception:  # noqa: BLE001  # whatever it was, the test must be told
        connection.send((None, traceback.format_exc()))
