"""Arms: which of TensorFlow's rewrites a pipeline runs with."""

from __future__ import annotations

import tensorflow as tf

from bench.machine.cores import count_cores
from bench.pipelines.arms import INTRA_OP, POOL, RAW, WITHOUT, Arm


def apply_arm(dataset: tf.data.Dataset, arm: Arm, *, autotune: bool | None = None) -> tf.data.Dataset:
    """The dataset as this arm runs it.

    Args:
        dataset: as the spec builds it; for the raw arm with numbers instead of auto.
        arm: "default" changes nothing, "raw" turns rewrites and autotune off, "without_<rewrite>" one rewrite,
            "intra_op_1" and "private_pool" set what TensorFlow 2.21 does by default.
        autotune: overrides the arm's own choice; an inspection needs it on, and it does not change the stages.

    Source: TensorFlow 2.21, core/data/dataset_utils.cc and python/data/ops/options.py; the pool and the intra-op
    parallelism are the defaults, written out so that the raw arm does not depend on them.
    """
    options = tf.data.Options()
    if arm == RAW:
        options.experimental_optimization.apply_default_optimizations = False
        options.autotune.enabled = bool(autotune)
        options.threading.private_threadpool_size = count_cores()
        options.threading.max_intra_op_parallelism = 1
    elif arm == INTRA_OP:
        options.threading.max_intra_op_parallelism = 1
    elif arm == POOL:
        options.threading.private_threadpool_size = count_cores()
    elif arm.startswith(WITHOUT):
        setattr(options.experimental_optimization, arm.removeprefix(WITHOUT), False)
    else:
        return dataset
    return dataset.with_options(options)
