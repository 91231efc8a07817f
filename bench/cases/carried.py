"""A case as JSON's types, in which it travels to a worker: in full, or by the id under which a revision knows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bench.cases.case import Case, Fitting
from bench.cases.gate import find_gate_case
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec


def pack_case(case: Case) -> dict[str, Any]:
    """The case in full; its ordering as text."""
    spec = asdict(case.spec) | {"ordering": str(case.spec.ordering)}
    return {"id": case.id, **asdict(case), "spec": spec}


def unpack_case(packed: dict[str, Any]) -> Case:
    """The case that `pack_case` packed, or that this revision's gate has under the id.

    Raises:
        InputError: Its ordering does not work here.
        KeyError: The revision has no case of that id.
    """
    fields = dict(packed)
    case_id = fields.pop("id")
    if "spec" not in fields:
        return find_gate_case(case_id, **fields)
    spec = dict(fields.pop("spec"))
    ordering = parse_ordering(spec.pop("ordering"))
    fitting = None if fields["fitting"] is None else Fitting(**fields.pop("fitting"))
    return Case(**{**fields, "spec": PipelineSpec(ordering, **spec), "fitting": fitting})
