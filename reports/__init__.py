"""What records, gate runs and traces mean: statistics, tables, verdicts, pages. Works without TensorFlow.

The names below are the public API, loaded when they are first asked for.

Example:
    >>> before, after = load_summary(Path("runs/before")), load_summary(Path("runs/after"))
    >>> comparison = compare_runs(before, after)
    >>> verdicts = judge_claims(load_claims(), after)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.claims.file import load_claims
    from reports.claims.verdict import judge_claims
    from reports.compare.pairing import compare_runs
    from reports.drawing.text import render_text
    from reports.gate.file import load_gate
    from reports.gate.verdict import decide
    from reports.page.compose import render_page
    from reports.page.runs import load_runs
    from reports.record.errors import RecordError
    from reports.record.file import load_record
    from reports.record.record import Record
    from reports.summary.files import load_summary
    from reports.summary.summary import Summary, summarize
    from reports.tables.run import tabulate_run
    from reports.traces.reading import load_trace

    __version__: str

__all__ = [
    "Record",
    "RecordError",
    "Summary",
    "__version__",
    "compare_runs",
    "decide",
    "judge_claims",
    "load_claims",
    "load_gate",
    "load_record",
    "load_runs",
    "load_summary",
    "load_trace",
    "render_page",
    "render_text",
    "summarize",
    "tabulate_run",
]

_MODULES = {
    "claims.file": ("load_claims",),
    "claims.verdict": ("judge_claims",),
    "compare.pairing": ("compare_runs",),
    "drawing.text": ("render_text",),
    "gate.file": ("load_gate",),
    "gate.verdict": ("decide",),
    "page.compose": ("render_page",),
    "page.runs": ("load_runs",),
    "record.file": ("load_record",),
    "record.errors": ("RecordError",),
    "record.record": ("Record",),
    "summary.files": ("load_summary",),
    "summary.summary": ("Summary", "summarize"),
    "tables.run": ("tabulate_run",),
    "traces.reading": ("load_trace",),
}
_MODULE_OF = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from mnist_core import __version__  # noqa: PLC0415  # like every name here, when asked for

        return __version__
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_MODULE_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
