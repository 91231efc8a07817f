"""What the process of a slot imports the bench from."""

from __future__ import annotations

from pathlib import Path

import bench
import mnist_core
import reports


def build_tools(folder: Path) -> Path:
    """A folder from which Python imports this tool's own packages, and none that is installed beside them."""
    folder.mkdir(parents=True)
    for package in (bench, reports, mnist_core):
        (folder / package.__name__).symlink_to(Path(str(package.__file__)).parent, target_is_directory=True)
    return folder
