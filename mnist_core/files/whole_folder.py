"""A folder of files that is there whole or not at all, and whose manifest tells whether it still is."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_core.files.whole_file import write_json

MANIFEST = "manifest.json"
DAMAGED = "damaged"
ABANDONED_S = 3600.0  # a part this much older than a new one has no writer any more: writing takes a minute at most
PLACING_ATTEMPTS = 3  # two processes may heal one folder at the same time


@dataclass(frozen=True)
class Listing:
    """What a folder is to hold.

    Args:
        version: of the files' format; a folder of another version is not read.
        fingerprint: of the data that the files are made from.
        num_examples: how many examples the files hold together.
        names: the files' paths below the folder, with slashes, in order.
        sample: those of `names` whose bytes are compared at every check; the others' sizes only.
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


def write_whole_folder(folder: Path, listing: Listing, write: Callable[[Path], object]) -> None:
    """Write beside `folder` under a name of this call's own, then rename; a folder that was there is replaced.

    Where another process has put a whole folder there in the meantime, that one stays.

    Args:
        folder: the place; the folders above it are made if need be.
        listing: what `write` writes.
        write: is given a new folder, where the folders of `listing.names` exist.

    Raises:
        OSError: something cannot be written; nothing is left behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = _name_part(folder)
    try:
        part.mkdir()
        _sweep(folder, part)
        for parent in _find_parents(part, listing):
            parent.mkdir(parents=True, exist_ok=True)
        write(part)
        write_json(part / MANIFEST, _make_manifest(part, listing))
        _flush()
        _place(part, folder, listing)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _read_manifest(path: Path) -> dict[str, Any]:
    """The manifest, unchecked; empty where there is none that can be read."""
    try:
        manifest = json.loads(path.read_bytes())
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


def _place(part: Path, folder: Path, listing: Listing) -> None:
    """Rename `part` to `folder`, after clearing it, unless another process has put a whole folder there."""
    for _ in range(PLACING_ATTEMPTS):
        with suppress(OSError):
            part.rename(folder)
            return
        if os.path.lexists(folder):
            if find_fault(folder, listing) is None:
                return
            _remove(folder)
    part.rename(folder)  # raises what stands in the way


def _remove(folder: Path) -> None:
    """Move away first, at once: a folder that is half removed would be taken for a damaged one."""
    part = _name_part(folder)
    with suppress(FileNotFoundError):  # another process has just done so
        folder.rename(part)
    shutil.rmtree(part, ignore_errors=True)


def _name_part(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.part")


def _sweep(folder: Path, part: Path) -> None:
    """Remove what writers left that were killed; the file system's own times tell, no clock is read."""
    for other in folder.parent.glob(f".{folder.name}.*.part"):
        with suppress(OSError):  # its own writer has just removed or renamed it
            if part.stat().st_mtime - other.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(other, ignore_errors=True)
