"""TensorFlow's operations: how often each ran, and its own time, as in xprof's table of operations.

xprof counts a call of MKL's matrix product twice; here it is one, as in the file.

Source: openxla/xprof, ``xprof/convert/op_stack.h`` and ``xprof/convert/xplane_to_op_metrics_db.cc``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reports.timeline.nesting import measure_own
from reports.xplane.events import HLO, OPERATION, STAGE, Events
from reports.xplane.periods import PS_PER_NS, Ints

COMPILED = "XLA"


@dataclass(frozen=True)
class Operation:
    """A TensorFlow operation of the program.

    Args:
        name: Name of the operation in the graph.
        kind: Type of the operation, such as MatMul or Relu.
        place: Where it ran, "host" or "device".
        num_calls: How often it ran while the trace was captured.
        self_ns: Its own time, all calls together.
    """

    name: str
    kind: str
    place: str
    num_calls: int
    self_ns: int


def sum_operations(host: Events) -> tuple[Operation, ...]:
    """The operations on the threads of the host, the longest first; tf.data's stages inside them are not their own."""
    compiled = set(np.unique(host.kinds[host.get(HLO).at]).tolist())
    places = host.find(lambda name: OPERATION.fullmatch(name) or STAGE.match(name))
    places = np.union1d(places, host.get(HLO).at)
    own = np.zeros(len(places), np.int64)
    lines = host.lines[places]
    for line in np.unique(lines).tolist():
        first, last = np.searchsorted(lines, [line, line + 1])
        own[first:last] = measure_own(host.periods[places[first:last]])
    kinds = host.kinds[places]
    counts = np.bincount(kinds, minlength=len(host.names))
    sums: Ints = np.zeros(len(host.names), np.int64)
    np.add.at(sums, kinds, own)
    named = (_split_name(name, is_compiled=place in compiled) for place, name in enumerate(host.names))
    return order_operations(
        Operation(*found, "host", int(counts[place]), int(sums[place]) // PS_PER_NS)
        for place, found in enumerate(named)
        if found and counts[place]
    )


def _split_name(name: str, *, is_compiled: bool) -> tuple[str, str] | None:
    """The name and the type of an operation; what XLA made of several has no type of TensorFlow's."""
    found = OPERATION.fullmatch(name)
    return (found[1], found[2]) if found else (name, COMPILED) if is_compiled else None


def order_operations(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The longest first."""
    return tuple(sorted(operations, key=lambda operation: operation.self_ns, reverse=True))
