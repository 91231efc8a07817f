"""What pytest-benchmark wrote for other projects: groups, parameters of every JSON type, odd names, damage."""

import json
from pathlib import Path
from typing import Any

STEADY = (1.0, 1.01, 0.99, 1.02, 0.98, 1.0)
UNITTEST = "tests/test_unit.py::TestSum::test_sum"
ASV = "benchmarks.py::TimeSuite::time_keys[param1-100-'é日本']"
LONG = f"tests/test_long.py::test_long[{'x' * 3000}]"
HTML = "tests/test_html.py::test_html[<script>alert(1)</script>&@everyone|`x`]"
FORMULA = "=cmd.py::test_it"
PARAMETERS = {"n": 1000, "ratio": 0.5, "fast": True, "none": None, "many": [1, "a"], "by": {"k": [2]}, "name": "zoë"}


def make_benchmark(fullname: str, rounds: Any = STEADY, *, scale: float = 1e-3, **choices: Any) -> dict[str, Any]:
    """One benchmark with its rounds and what pytest-benchmark tells of them, unless `choices` say otherwise."""
    data = [each * scale for each in rounds]
    ordered = sorted(data)
    stats = {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": sum(data) / len(data),
        "median": (ordered[(len(data) - 1) // 2] + ordered[len(data) // 2]) / 2,
        "iqr": ordered[3 * len(data) // 4] - ordered[len(data) // 4],
        "rounds": len(data),
        "iterations": 1,
        "data": data,
    }
    return {
        "group": None,
        "name": fullname.rpartition("::")[2],
        "fullname": fullname,
        "params": None,
        "extra_info": {"nested": {"a": [1, None]}, "mean": "not a number"},
        "options": {"timer": "perf_counter", "disable_gc": False},
        "stats": stats,
        **choices,
    }


def make_statistics(fullname: str, rounds: Any = STEADY, **choices: Any) -> dict[str, Any]:
    """The same as ``--benchmark-save`` keeps it by default: without the rounds."""
    made = make_benchmark(fullname, rounds, **choices)
    del made["stats"]["data"]
    return made


def make_file(*benchmarks: Any, **choices: Any) -> dict[str, Any]:
    """A whole file of these benchmarks."""
    info = {"python_implementation": "CPython", "python_version": "3.12.1", "system": "Linux", "machine": "x86_64"}
    return {
        "machine_info": {**info, "cpu": {"brand_raw": "Test CPU", "count": 4}},
        "commit_info": {"id": "0123456789abcdef", "dirty": False},
        "benchmarks": list(benchmarks),
        "datetime": "2026-11-25T10:00:00+00:00",
        "version": "5.3.1",
        **choices,
    }


def make_odd_file() -> dict[str, Any]:
    """A file of everything that is met in the field: seven sound benchmarks and three damaged ones."""
    return make_file(
        make_benchmark(UNITTEST),
        make_benchmark(ASV, params=PARAMETERS, group="keys"),
        make_benchmark(LONG, scale=1e-9),
        make_benchmark(HTML, group="<b>markup</b>"),
        make_benchmark(FORMULA, (2.0,), scale=1.0),
        make_statistics("tests/test_saved.py::test_saved", scale=60.0),
        make_benchmark("tests/test_ticks.py::test_ticks", [0.0, 1.0] * 30, scale=1e-7),
        make_benchmark("tests/test_nan.py::test_nan", (float("nan"), 1.0)),
        make_benchmark("tests/test_inf.py::test_inf", (float("inf"), 1.0)),
        {"fullname": "no statistics", "stats": None},
    )


def write_file(path: Path, content: dict[str, Any]) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8-sig")
    return path
