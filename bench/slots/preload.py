"""Imported by a slot's fork server before it forks: TensorFlow, once, and nothing of any revision."""

import sys

import bench.workers.preload  # noqa: F401

for name in [each for each in sys.modules if each.partition(".")[0] == "mnist_core"]:
    del sys.modules[name]  # it was the tool's own; a worker imports its revision's
