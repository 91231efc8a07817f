"""Runs an exported model in a fresh process.

``python -m mnist_core.models.export_check VERSION WORKSPACE SIGNATURE...``

Reads ``WORKSPACE/pictures.npy``, raw uint8 pixels, and writes each signature's output to ``WORKSPACE/SIGNATURE.npy``;
then runs the warm-up requests. Nothing of Keras is imported, so what works here works in a server.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def run_signatures(version: Path, workspace: Path, signatures: Sequence[str]) -> None:
    """Write what each signature of the SavedModel gives for the pictures in the workspace; run its warm-up requests."""
    import tensorflow as tf  # noqa: PLC0415  # after main has hidden the GPUs

    from mnist_core.models.warmup import read_warmup_requests  # noqa: PLC0415  # it imports TensorFlow

    loaded = tf.saved_model.load(str(version), tags=["serve"])
    pictures = np.load(workspace / "pictures.npy", allow_pickle=False)
    for name in signatures:
        serve = loaded.signatures[name]
        dtype = serve.structured_input_signature[1]["input"].dtype
        output = serve(input=tf.cast(pictures, dtype))["output"]
        np.save(workspace / f"{name}.npy", output.numpy(), allow_pickle=False)
    for name, inputs in read_warmup_requests(version):
        loaded.signatures[name](**{key: tf.constant(tensor) for key, tensor in inputs.items()})


def main(arguments: Sequence[str]) -> None:
    """Run the check on the CPU: the process that waits for it may hold all of the GPU's memory."""
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    version, workspace, *signatures = arguments
    run_signatures(Path(version), Path(workspace), signatures)


if __name__ == "__main__":
    main(sys.argv[1:])
