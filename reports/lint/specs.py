"""What a text such as ``(float32[64,64,3], int64)`` tells: the types, shapes and sizes of an element's parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

PART = re.compile(r"\b(ragged |sparse )?(u?int\d+|b?float\d+|bool|string|complex\d+|resource|variant)\b(\[[^\]]*\])?")
BITS = re.compile(r"\d+$")


@dataclass(frozen=True)
class Part:
    """A part of an element.

    Args:
        dtype: Its type, such as "float32".
        shape: Its shape as text, such as "64,64,3"; empty for a scalar.
    """

    dtype: str
    shape: str

    @property
    def num_bytes(self) -> int | None:
        """Its bytes; None where its shape or type does not tell."""
        if "?" in self.shape or "." in self.shape or self.dtype in {"string", "resource", "variant"}:
            return None
        bits = BITS.search(self.dtype)
        return (int(bits.group()) // 8 if bits else 1) * prod(int(each) for each in self.shape.split(",") if each)


def list_parts(spec: str) -> tuple[Part, ...]:
    """The parts of an element, in order; sparse and ragged ones have an unknown shape."""
    return tuple(Part(dtype, "..." if kind else shape.strip("[]")) for kind, dtype, shape in PART.findall(spec))


def list_sizes(spec: str) -> tuple[int, ...] | None:
    """Bytes of each part; None where one of them is not known."""
    sizes = [part.num_bytes for part in list_parts(spec)]
    return None if None in sizes else tuple(size for size in sizes if size is not None)
