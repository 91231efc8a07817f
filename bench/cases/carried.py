"""A case as JSON's types, in which it travels to a worker: in full, or by the id under which a revision knows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bench.cases.gate import find_gate_case
from reports.record.case import Case, Fitting
from reports.record.subject import Subject


def pack_case(case: Case) -> dict[str, Any]:
    """The case in full."""
    return {"id": case.id, **asdict(case)}


def unpack_case(packed: dict[str, Any]) -> Case:
    """The case that `pack_case` packed, or that this revision's gate has under the id.

    Raises:
        KeyError: The revision has no case of that id.
    """
    fields = dict(packed)
    case_id = fields.pop("id")
    if "subject" not in fields:
        return find_gate_case(case_id, **fields)
    subject = dict(fields.pop("subject"))
    options = tuple((name, value) for name, value in subject.pop("options"))
    fitting = fields.pop("fitting")
    return Case(
        subject=Subject(**subject, options=options), fitting=None if fitting is None else Fitting(**fitting), **fields
    )
