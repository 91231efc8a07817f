"""A dataset's description as JSON, for scripts."""

from __future__ import annotations

import dataclasses
from typing import Any

from mnist_core.terminal.schemas import render_json
from reports.record.description import Description, StageDescription


def render_description_json(description: Description) -> str:
    """The description: its fields, and of each stage the bytes before it and all that it holds."""
    stages = [_describe(description, stage) for stage in description.stages]
    content = {**dataclasses.asdict(description), "stages": stages}
    return render_json("describe", content)


def _describe(description: Description, stage: StageDescription) -> dict[str, Any]:
    before = description.find_bytes_before(stage)
    fields = dataclasses.asdict(stage)
    if stage.holding is not None:
        fields["holding"]["num_bytes"] = stage.holding.num_bytes
    return {**fields, "bytes_before": None if before is None else dataclasses.asdict(before)}
