"""What a record tells of the surroundings of a run that could explain a number: limits, frequencies, variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.drawing.numbers import render_mebibytes
from reports.record.record import KEY
from reports.summary.identity import Facts

ENVIRONMENT = "environment"  # below the record's key, at the top of its file
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
"""The stored fields that stay as they are from run to run; the load and the free memory of a moment do not."""


def parse_environment(stored: Mapping[str, Any]) -> Facts:
    """The facts by name, those that are known; none where the file does not tell.

    Args:
        stored: What is in the file, as JSON gives it. Anybody may have written it: what is no fact is left out.
    """
    own = stored.get(KEY)
    environment = own.get(ENVIRONMENT) if isinstance(own, dict) else None
    if not isinstance(environment, dict):
        return ()
    facts = [(title, _show(name, environment.get(name))) for name, title in NAMES.items()]
    variables = environment.get("variables")
    if isinstance(variables, dict):
        facts += [(f"variable {name}", str(value)) for name, value in sorted(variables.items())]
    return tuple((name, value) for name, value in facts if value)


def _show(name: str, value: object) -> str:
    """The value as text; empty where it is not known or nothing."""
    if name.endswith("_bytes"):
        return f"{render_mebibytes(value)} MiB" if type(value) is int else ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)
