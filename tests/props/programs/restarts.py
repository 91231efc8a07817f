"""Starts itself anew with another environment."""

import os
import sys

if "STARTED" not in os.environ:
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "STARTED": "yes"})
