"""The JSON that commands print: its first key names what the others mean, and in which version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

SCHEMA = "schema"
DISTRIBUTION = "mnist-bench"
NAMES = (
    *("train", "evaluate", "predict", "export", "orderings"),
    *("doctor", "cases", "describe", "lint", "run", "sweep", "noise", "gate", "trials", "designs"),
    *("show", "claims", "compare", "trace", "trace-hosts", "trace-comparison"),
)
VERSIONS = dict.fromkeys(NAMES, 1)
"""By name; counts up when a field goes or changes its meaning, not when one is added. docs/json.md tells the fields."""


def render_json(name: str, content: Mapping[str, Any]) -> str:
    """A command's result as a JSON object; what is no finite number is null.

    Args:
        name: Name of the schema, one of `VERSIONS`.
        content: Fields of the result, in JSON's types.

    Example:
        >>> print(render_json("cases", {"cases": []}))
        {
          "schema": "mnist-bench/cases/1",
          "cases": []
        }
    """
    told = {SCHEMA: f"{DISTRIBUTION}/{name}/{VERSIONS[name]}", **content}
    try:
        return json.dumps(told, indent=2, allow_nan=False)
    except ValueError:  # such as the loss of a training that diverged
        return json.dumps(json.loads(json.dumps(told), parse_constant=lambda _: None), indent=2)
