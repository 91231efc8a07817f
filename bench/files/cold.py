"""Makes a pipeline read from the disk: its files are found and dropped from the page cache, and that is proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.files.named import find_named_files, find_neighbours
from bench.files.opened import watch_opened
from bench.files.page_cache import Reads, count_resident_bytes, drop_file, find_file_systems, read_counters
from bench.machine.clock import Clock
from mnist_core import InputError
from reports.record.sample import Cold

SEARCH_S = 10.0  # for the names that a dataset gives
LEAST_DROPPED = 0.5  # of the bytes: less, and it is no cold reading
NANOSECONDS = 1_000_000_000  # in a second


class ColdFiles:
    """The files of one pipeline.

    Args:
        name: What the user calls the pipeline.
        clock: The clock of the search.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self._name, self._clock = name, clock
        self._opened: set[str] = set()
        self._paths: list[str] = []
        self._before: Reads | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note which files are opened meanwhile."""
        with watch_opened() as opened:
            yield
        self._opened |= opened

    def find(self, dataset: Any) -> None:
        """Find what the dataset reads: what it names, and what was seen open, with what lies beside that.

        Raises:
            InputError: It reads no file.
        """
        limit_ns = self._clock.wall_ns() + round(SEARCH_S * NANOSECONDS)
        named = find_named_files(dataset, lambda: self._clock.wall_ns() < limit_ns)
        self._paths = sorted(named | self._opened | find_neighbours(self._opened - named))
        if not self._paths:
            raise InputError(f"{self._name} reads no file that could be found: there is nothing to read cold.")

    def drop(self) -> Cold:
        """Drop the files from the page cache; what comes back is how much of them was there and still is.

        Raises:
            InputError: They stay there.
        """
        paths = [path for path in self._paths if Path(path).is_file()]
        before = _add_up(paths)
        for path in paths:
            drop_file(path)
        after = _add_up(paths)
        num_bytes = sum(Path(path).stat().st_size for path in paths)
        if after > (1 - LEAST_DROPPED) * num_bytes:
            kinds = ", ".join(find_file_systems(paths)) or "this system"
            raise InputError(
                f"{self._name} cannot be read cold: on {kinds} its files stay in the page cache when they are dropped, "
                f"as {paths[0]} does."
            )
        self._before = read_counters()
        return Cold(len(paths), num_bytes, max(0, before - after), after)

    def count(self, cold: Cold) -> Cold:
        """The same with what has been read since `drop`, and how much of that came from the disk."""
        now, before = read_counters(), self._before
        if now is None or before is None:
            return cold
        asked, disk = now.asked_bytes - before.asked_bytes, now.disk_bytes - before.disk_bytes
        return Cold(cold.num_files, cold.num_bytes, cold.dropped_bytes, cold.kept_bytes, asked, disk)


def _add_up(paths: Sequence[str]) -> int:
    """Bytes of the files that the page cache holds, as far as it tells; the counters of a turn tell of the others."""
    return sum(count_resident_bytes(path) or 0 for path in paths)
