"""The surroundings of a run that could explain a number, as facts: limits, frequencies, variables."""

from __future__ import annotations

from reports.drawing.numbers import render_mebibytes
from reports.record.machine import Environment
from reports.summary.identity import Facts, keep_known

NAMES = {
    "num_cores_present": "cores present",
    "quota_cores": "quota of cores",
    "memory_bytes": "memory",
    "memory_limit_bytes": "memory limit",
    "governors": "frequency governor",
    "turbo": "turbo",
    "virtual_machine": "virtual machine",
    "container": "container",
}
"""The fields of an environment, as a reader calls them."""


def list_environment(environment: Environment | None) -> Facts:
    """The facts by name, those that are known; none where the record does not tell."""
    if environment is None:
        return ()
    facts = {title: _show(name, getattr(environment, name)) for name, title in NAMES.items()}
    return keep_known(facts | {f"variable {name}": value for name, value in sorted(environment.variables)})


def _show(name: str, value: object) -> str:
    """The value as text; empty where it is not known or nothing."""
    if name.endswith("_bytes"):
        return f"{render_mebibytes(value)} MiB" if isinstance(value, int) else ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)
