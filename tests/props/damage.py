"""Damages traces: their bytes, as a copy that ended early does, or their fields, so that they can still be parsed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from google.protobuf.descriptor import FieldDescriptor

from mnist_core.files.xspace import parse_space

MOST_BYTES = 200  # dropped or repeated at once
NUMBERS = (-1, -(2**63), -(2**50), 2**31, 2**50, 2**62, 2**63 - 1)
FRACTIONS = (0.5, -1e300, math.nan, math.inf)
TEXTS = (
    *("", "5", "-7", "--5", "9" * 5000, "²", "unavailable", "true", "size:64", f"size:{'9' * 1000}", "\x1b[2J\n"),
    *("id", "parent_id", "iter_num", "step_num", "_r", "graph_type", "correlation_id", "memcpy_details", "tf_op"),
    *("autotune", "parallelism", "buffer_limit", "threadpool_size", "fragmentation", "allocator_name"),
    *("bytes_allocated", "peak_bytes_in_use", "allocation_bytes"),
    *("Iterator::", "Iterator::Root", "Iterator::Root::", "Iterator::Root::Prefetch", "Iterator::Root::Zip[1]::Map"),
    *("ReduceIterator::Root", "ReduceIterator::Root::Scan::Map", f"Iterator::Root{'::Map' * 300}"),
    *("IteratorGetNextOp::DoCompute", "FunctionRun", "ExecutorState::Process", "TraceContext", "train", "a:b"),
    *("MemoryAllocation", "MemoryDeallocation", "MemcpyH2D", "ncclKernel", "$file.py:1 function"),
    *("/host:CPU", "/device:GPU:0", "/device:", "Stream #1", "Steps", "XLA Ops", "tf_data_multi_device_iterator"),
)


def damage_bytes(content: bytes, generator: np.random.Generator) -> bytes:
    """The content with some bits turned over, and some slices dropped, repeated elsewhere, or cut off at the end."""
    damaged = bytearray(content)
    for _ in range(int(generator.integers(1, 4))):
        at, other = generator.integers(len(damaged), size=2).tolist()
        num_bytes = int(generator.integers(1, MOST_BYTES))
        kind = generator.choice(("turn", "drop", "repeat", "cut"), p=(0.7, 0.1, 0.15, 0.05))
        if kind == "turn":
            damaged[at] ^= 1 << int(generator.integers(8))
        elif kind == "drop":
            del damaged[at : at + num_bytes]
        elif kind == "repeat":
            damaged[at:at] = damaged[other : other + num_bytes]
        else:
            del damaged[max(1, at) :]
    return bytes(damaged)


def damage_fields(content: bytes, generator: np.random.Generator) -> bytes:
    """The content with some numbers and texts replaced, and some messages dropped or repeated."""
    space = parse_space(content)
    for _ in range(int(generator.integers(1, 20))):
        message = _choose_message(space, generator)
        fields = message.DESCRIPTOR.fields
        field = fields[int(generator.integers(len(fields)))]
        if field.message_type is None:
            _replace(message, field, generator)
        elif _is_list(held := getattr(message, field.name)) and len(held):
            at = int(generator.integers(len(held)))
            if generator.random() < 0.5:
                held.add().CopyFrom(held[at])
            elif len(held) > 1:
                del held[at]
    return bytes(space.SerializeToString())


def _choose_message(message: Any, generator: np.random.Generator) -> Any:
    """A message somewhere in this one."""
    while generator.random() < 0.8:
        held = [value for field, value in message.ListFields() if field.message_type is not None]
        if not held:
            break
        value = held[int(generator.integers(len(held)))]
        message = value[int(generator.integers(len(value)))] if _is_list(value) else value
    return message


def _is_list(value: Any) -> bool:
    return hasattr(value, "extend")


def _replace(message: Any, field: Any, generator: np.random.Generator) -> None:
    value: Any
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        value = TEXTS[int(generator.integers(len(TEXTS)))]
        value = value.encode() if field.type == field.TYPE_BYTES else value
    elif field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
        value = FRACTIONS[int(generator.integers(len(FRACTIONS)))]
    else:
        small = int(generator.integers(40))
        value = NUMBERS[int(generator.integers(len(NUMBERS)))] if generator.random() < 0.5 else small
        value = value % 2**64 if field.cpp_type == FieldDescriptor.CPPTYPE_UINT64 else value
    if _is_list(held := getattr(message, field.name)):
        held.append(value)
    else:
        setattr(message, field.name, value)
