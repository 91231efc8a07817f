"""A case, as data: what is measured, how it is consumed and on which device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_core.named_orderings import NAMED_ORDERINGS, find_ordering
from mnist_core.spec import PipelineSpec

Consumer = Literal["drain"]
Arm = Literal["default"]
Device = Literal["cpu"]

REFERENCE = "post"  # every ratio is to the post's own ordering


@dataclass(frozen=True)
class Case:
    """One row of a table.

    Args:
        name: the ordering's name, or its text where a user brought it.
        spec: the pipeline.
        consumer: "drain" takes the batches inside the graph as fast as they come.
        arm: "default" leaves TensorFlow's rewrites and autotune as a user gets them.
        device: part of the identity, so that no tool ever compares CPU with GPU by mistake.
    """

    name: str
    spec: PipelineSpec
    consumer: Consumer = "drain"
    arm: Arm = "default"
    device: Device = "cpu"

    @property
    def id(self) -> str:
        """The test's parameter id, such as ``post-default-cpu``."""
        return f"{self.name}-{self.arm}-{self.device}"


def build_ordering_cases(extra_orderings: Sequence[str] = ()) -> list[Case]:
    """A case for every named ordering, and for every text or name that a user adds.

    Raises:
        InputError: an added ordering does not work.
    """
    names = list(dict.fromkeys([*NAMED_ORDERINGS, *extra_orderings]))
    return [Case(name, PipelineSpec(find_ordering(name))) for name in names]
