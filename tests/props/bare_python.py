"""An interpreter that has TensorFlow and what that requires, and nothing else: no package that only the bench needs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement


def make_bare_python(folder: Path, package: str = "tensorflow") -> Path:
    """A virtual environment of this Python, into which the installed package is linked with all that it requires."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    for each in _list_required(package):
        for top in {Path(each.locate_file(file.parts[0])) for file in each.files or () if file.parts[0] != ".."}:
            if top.name != "__pycache__" and not (site / top.name).exists():
                (site / top.name).symlink_to(top)
    return folder / "bin/python"


def _list_required(package: str) -> list[Distribution]:
    found: dict[str, Distribution] = {}
    waiting = [package]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # a requirement that is met in another way, or that nothing imports
        required = map(Requirement, found[name].requires or ())
        waiting += [each.name for each in required if each.marker is None or each.marker.evaluate({"extra": ""})]
    return list(found.values())
