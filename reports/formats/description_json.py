"""A dataset's description as JSON, for scripts. The names are a promise: a change raises FORMAT."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from reports.record.description import Description, StageDescription

FORMAT = 1


def render_description_json(description: Description) -> str:
    """The description: its fields, and of each stage the bytes before it and all that it holds."""
    stages = [_describe(description, stage) for stage in description.stages]
    content = {"mnist_bench_description": FORMAT, **dataclasses.asdict(description), "stages": stages}
    return json.dumps(content, indent=2, allow_nan=False)


def _describe(description: Description, stage: StageDescription) -> dict[str, Any]:
    before = description.find_bytes_before(stage)
    fields = dataclasses.asdict(stage)
    if stage.holding is not None:
        fields["holding"]["num_bytes"] = stage.holding.num_bytes
    return {**fields, "bytes_before": None if before is None else dataclasses.asdict(before)}
