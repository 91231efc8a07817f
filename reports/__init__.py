"""What records, gate runs and traces mean: statistics, tables, verdicts, pages. Works without TensorFlow.

The names below are the public API, loaded when they are first asked for. Every error of wrong input, whatever its name,
is a `mnist_core.InputError`.

Example:
    >>> before, after = load_summary(Path("runs/before")), load_summary(Path("runs/after"))
    >>> comparison = compare_runs(before, after)
    >>> verdicts = judge_claims(load_claims(), after)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.claims.file import load_claims as load_claims
    from reports.claims.verdict import judge_claims as judge_claims
    from reports.compare.pairing import compare_runs as compare_runs
    from reports.drawing.text import render_text as render_text
    from reports.gate.file import load_gate as load_gate
    from reports.gate.verdict import decide as decide
    from reports.page.compose import render_page as render_page
    from reports.page.runs import load_runs as load_runs
    from reports.record.errors import RecordError as RecordError
    from reports.record.file import load_record as load_record
    from reports.record.record import Record as Record
    from reports.summary.files import load_summary as load_summary
    from reports.summary.summary import Summary as Summary, summarize as summarize
    from reports.tables.all_tables import tabulate_run as tabulate_run
    from reports.traces.reading import load_trace as load_trace

    __version__: str

_MODULES = {
    "mnist_core": ("__version__",),
    "reports.claims.file": ("load_claims",),
    "reports.claims.verdict": ("judge_claims",),
    "reports.compare.pairing": ("compare_runs",),
    "reports.drawing.text": ("render_text",),
    "reports.gate.file": ("load_gate",),
    "reports.gate.verdict": ("decide",),
    "reports.page.compose": ("render_page",),
    "reports.page.runs": ("load_runs",),
    "reports.record.file": ("load_record",),
    "reports.record.errors": ("RecordError",),
    "reports.record.record": ("Record",),
    "reports.summary.files": ("load_summary",),
    "reports.summary.summary": ("Summary", "summarize"),
    "reports.tables.all_tables": ("tabulate_run",),
    "reports.traces.reading": ("load_trace",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}
__all__ = list(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_MODULE_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
