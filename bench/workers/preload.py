"""Imported by the fork server before it forks: TensorFlow, once, quietly, and without a runtime yet."""

from mnist_core import import_tensorflow

import_tensorflow()
