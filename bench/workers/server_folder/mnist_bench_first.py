"""Imported first by the fork server, whose import path begins with this folder, in which there is nothing else.

It imports our packages from where they lie, so that no ``bench/`` or ``reports/`` on the path stands in for them.
"""

import sys
from pathlib import Path

OURS = str(Path(__file__).resolve().parents[3])

sys.path.insert(0, OURS)
import bench  # noqa: E402, F401
import mnist_core  # noqa: E402, F401
import reports  # noqa: E402, F401

sys.path.remove(OURS)
