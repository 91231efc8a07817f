"""What any pytest-benchmark file says of its run: the rounds of its benchmarks, the machine, the versions."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

from reports.record.errors import RecordError
from reports.record.record import KEY
from reports.stats.median import Estimate, estimate_median
from reports.stats.rough import estimate_stored_median
from reports.stats.ticks import find_tick
from reports.summary.case import CaseSummary
from reports.summary.identity import Facts, Identity, keep_known
from reports.summary.metric import ROUND_TIME
from reports.summary.summary import Summary

COMMIT_DIGITS = 12
SHORTEST_S, LONGEST_S = 1e-18, 1e9  # of a round: a nanosecond shared by a billion iterations, and 30 years
NO_ROUNDS = "rounds are not stored: intervals are rough; --benchmark-save-data keeps them"
NAMELESS = "a benchmark without a name"
OPTIONS = ("timer", "disable_gc", "warmup", "min_rounds")  # of pytest-benchmark, which change what is measured


def is_own(stored: dict[str, Any]) -> bool:
    """True if this project measured any of the benchmarks."""
    return any(KEY in _get_dict(each, "extra_info") for each in stored["benchmarks"])


def parse_plain(file: Path, stored: dict[str, Any], path: str = "") -> Summary:
    """The run of a file that pytest-benchmark wrote for anybody.

    Args:
        file: File that was read, for messages.
        stored: What is in it, as JSON gives it.
        path: File or folder as the user named it.

    Raises:
        RecordError: Every benchmark in it is damaged; one that is leaves the others.
    """
    parsed = [_try_parsing(file, each) for each in stored["benchmarks"]]
    cases = [each for each in parsed if isinstance(each, CaseSummary)]
    faults = [each for each in parsed if isinstance(each, RecordError)]
    if faults and not cases:
        raise faults[0]
    remarks = [NO_ROUNDS] if any(case.is_rough for case in cases) else []
    remarks += [f"left out: {fault}" for fault in faults]
    datetime, machine = str(stored.get("datetime", "")), _parse_machine(stored)
    versions = parse_versions(stored, with_python=True)
    damaged = tuple(
        _find_name(benchmark) or NAMELESS
        for benchmark, found in zip(stored["benchmarks"], parsed, strict=True)
        if isinstance(found, RecordError)
    )
    return Summary(tuple(cases), datetime, machine, versions, remarks=tuple(remarks), path=path, damaged=damaged)


def _find_name(benchmark: Any) -> str | None:
    """The full name; None where there is none."""
    name = benchmark.get("fullname") if isinstance(benchmark, dict) else None
    return name if isinstance(name, str) else None


def _try_parsing(file: Path, benchmark: Any) -> CaseSummary | RecordError:
    try:
        return _parse_benchmark(file, benchmark)
    except RecordError as error:
        return error


def _parse_benchmark(file: Path, benchmark: Any) -> CaseSummary:
    """The benchmark under its full name, with seconds by round; the median alone where they are not stored."""
    name = _find_name(benchmark)
    try:
        if name is None:
            raise TypeError("it has no fullname")
        rounds = [_check_seconds(each) for each in _get_data(benchmark) or ()]
        median = _estimate(rounds) if rounds else _read_median(_get_dict(benchmark, "stats"))
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{file}: benchmark {name!r} is damaged ({error}).") from None
    options = _get_dict(benchmark, "options")
    return CaseSummary(
        Identity(name, ""),
        id=name,
        name=name,
        values={ROUND_TIME.name: dict(enumerate(rounds or [median.median]))},
        estimates={ROUND_TIME.name: median},
        group=str(benchmark.get("group") or ""),
        options=tuple((option, str(options[option])) for option in OPTIONS if option in options),
        parameters=tuple((str(each), str(value)) for each, value in _get_dict(benchmark, "params").items()),
        mean_s=statistics.fmean(rounds) if rounds else _find_seconds(_get_dict(benchmark, "stats"), "mean"),
        is_rough=not rounds,
    )


def _estimate(rounds: list[float]) -> Estimate:
    """The median of the rounds; where the clock ticks, its interval is half a tick wider at both ends."""
    median, half = estimate_median(rounds), find_tick(rounds) / 2
    if not half or median.low is None or median.high is None:
        return median
    return replace(median, low=max(0.0, median.low - half), high=median.high + half)


def _read_median(stats: dict[str, Any]) -> Estimate:
    """The median of rounds that are not stored, by the distance of their quartiles or else of all of them.

    Raises:
        KeyError, ValueError: There is none, or it is no time.
    """
    median, count = _check_seconds(stats["median"]), stats.get("rounds")
    least, most = (_find_seconds(stats, name) for name in ("min", "max"))
    if type(count) is not int or least is None or most is None or not least <= median <= most:
        return Estimate(median, None, None, count if type(count) is int and count > 0 else 1)
    quartiles = _find_seconds(stats, "iqr")
    return estimate_stored_median(median, count, quartiles or most - least, least, most)


def _find_seconds(stats: dict[str, Any], name: str) -> float | None:
    try:
        return _check_seconds(stats.get(name))
    except ValueError:
        return None


def _check_seconds(value: Any) -> float:
    if type(value) not in (int, float) or not (value == 0 or SHORTEST_S <= value <= LONGEST_S):
        raise ValueError(f"a round must take 0 or {SHORTEST_S:g} to {LONGEST_S:g} seconds, got {value!r}")
    return float(value)


def _get_data(benchmark: Any) -> Any:
    """The rounds; None where they are not stored."""
    return _get_dict(benchmark, "stats").get("data")


def _parse_machine(stored: dict[str, Any]) -> Facts:
    info = _get_dict(stored, "machine_info")
    processor = _get_dict(info, "cpu")
    found = {
        "processor": processor.get("brand_raw") or processor.get("brand") or info.get("processor"),
        "cores": processor.get("count"),
        "architecture": info.get("machine"),
        "system": info.get("system"),
    }
    return keep_known(found)


def parse_versions(stored: dict[str, Any], *, with_python: bool) -> Facts:
    """What ran: the interpreter where asked, the kernel, pytest-benchmark and the commit."""
    info, commit = _get_dict(stored, "machine_info"), _get_dict(stored, "commit_info")
    identifier = commit.get("id")
    has_commit = isinstance(identifier, str) and identifier != "unversioned"
    found = {
        "python": f"{info.get('python_implementation', '')} {info.get('python_version', '')}" if with_python else None,
        "pytest-benchmark": stored.get("version"),
        "kernel": info.get("release"),
        "host": info.get("node"),
        "commit": f"{str(identifier)[:COMMIT_DIGITS]}{' with changes' if commit.get('dirty') else ''}"
        if has_commit
        else None,
    }
    return keep_known(found)


def _get_dict(stored: Any, name: str) -> dict[str, Any]:
    value = stored.get(name) if isinstance(stored, dict) else None
    return value if isinstance(value, dict) else {}
