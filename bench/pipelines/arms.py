"""Arms: the sets of TensorFlow's rewrites that a pipeline can run with, by name."""

from __future__ import annotations

from mnist_core import InputError
from reports.record.case import DEFAULT

Arm = str

RAW: Arm = "raw"
WITHOUT = "without_"
REWRITES = (
    "noop_elimination",
    "shuffle_and_repeat_fusion",
    "map_parallelization",
    "map_and_batch_fusion",
    "parallel_batch",
    "inject_prefetch",
)  # those that TensorFlow 2.21 applies by default: core/data/dataset_utils.cc
INTRA_OP, POOL = "intra_op_1", "private_pool"  # recommended settings that TensorFlow 2.21 has by default
ARMS = (DEFAULT, RAW, *(f"{WITHOUT}{rewrite}" for rewrite in REWRITES), INTRA_OP, POOL)


def check_arm(arm: Arm) -> None:
    """Raise an InputError unless there is such an arm."""
    if arm not in ARMS:
        raise InputError(f"arm must be one of {', '.join(ARMS)}, got '{arm}'.")
