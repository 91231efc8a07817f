"""A folder of files that is there whole or not at all, and whose manifest tells whether it still is."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_core.files.bounded import MEBIBYTE, read_bounded
from mnist_core.files.whole_file import write_json
from mnist_core.files.whole_folder import write_whole_folder

MANIFEST = "manifest.json"
DAMAGED = "damaged"
MAX_MANIFEST_BYTES = 64 * MEBIBYTE  # 60000 pictures take 6


@dataclass(frozen=True)
class Listing:
    """What a folder is to hold.

    Args:
        version: Version of the files' format; a folder of another version is not read.
        fingerprint: Fingerprint of the data that the files are made from.
        num_examples: Number of examples that the files hold together.
        names: Paths of the files below the folder, with slashes, in order.
        sample: Those of `names` whose bytes are compared at every check; of the others the sizes alone are.
    """

    version: int
    fingerprint: str
    num_examples: int
    names: Sequence[str]
    sample: Sequence[str]

    def head(self) -> dict[str, Any]:
        """The part of the manifest that is known before the files are written."""
        return {"version": self.version, "fingerprint": self.fingerprint, "num_examples": self.num_examples}


def find_fault(folder: Path, listing: Listing) -> str | None:
    """What is wrong with the folder, to be read after "the files are"; None if it is whole."""
    manifest = _read_manifest(folder / MANIFEST)
    if "version" not in manifest:
        return DAMAGED
    if manifest["version"] != listing.version:
        return "of another version"
    if {key: manifest.get(key) for key in listing.head()} != listing.head():
        return "of other digits"
    try:
        return None if _fits(folder, listing, manifest) else DAMAGED
    except OSError:
        return DAMAGED


def write_stored_folder(folder: Path, listing: Listing, write: Callable[[Path], object]) -> None:
    """Write a folder and its manifest, whole or not at all; a folder that was there is replaced.

    Where another process has put a whole folder there in the meantime, that one stays.

    Args:
        folder: Place of the folder; the folders above it are made if need be.
        listing: Names and kind of the files that `write` writes.
        write: Fills the new folder that it is given, where the folders of `listing.names` exist.

    Raises:
        OSError: Something cannot be written; nothing is left behind.
    """

    def fill(part: Path) -> None:
        for parent in _find_parents(part, listing):
            parent.mkdir(parents=True, exist_ok=True)
        write(part)
        write_json(part / MANIFEST, _make_manifest(part, listing))
        _flush()

    write_whole_folder(folder, fill, may_stay=lambda found: find_fault(found, listing) is None)


def _read_manifest(path: Path) -> dict[str, Any]:
    """The manifest, unchecked; empty where there is none that can be read."""
    try:
        manifest = json.loads(read_bounded(path, MAX_MANIFEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _fits(folder: Path, listing: Listing, manifest: dict[str, Any]) -> bool:
    sizes = _find_sizes(folder, listing)
    if manifest.get("size_bytes") != {name: sizes.get(name) for name in listing.names}:
        return False
    hashes = manifest.get("sha256")
    return isinstance(hashes, dict) and all(hashes.get(name) == _hash(folder / name) for name in listing.sample)


def _make_manifest(folder: Path, listing: Listing) -> dict[str, Any]:
    sizes = _find_sizes(folder, listing)
    hashes = {name: _hash(folder / name) for name in listing.names}
    return {**listing.head(), "size_bytes": {name: sizes[name] for name in listing.names}, "sha256": hashes}


def _find_parents(folder: Path, listing: Listing) -> list[Path]:
    return [folder / parent for parent in sorted({name.rpartition("/")[0] for name in listing.names})]


def _find_sizes(folder: Path, listing: Listing) -> dict[str, int]:
    """The bytes of every file in the listing's folders, by scandir: 60000 `Path.stat` take several times as long."""
    sizes = {}
    for parent in _find_parents(folder, listing):
        prefix = "" if parent == folder else f"{parent.relative_to(folder).as_posix()}/"
        with os.scandir(parent) as entries:
            sizes.update({prefix + entry.name: entry.stat().st_size for entry in entries if entry.is_file()})
    return sizes


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _flush() -> None:
    """Have the files on the disk before the rename is: a crash keeps them, and the page cache can let go of them.

    One sync of everything; an fsync of each of 60000 files takes minutes.
    """
    if hasattr(os, "sync"):
        os.sync()
