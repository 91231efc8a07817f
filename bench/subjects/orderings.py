"""Orderings of our digits as subjects: from a spec to data that travel, and back. No TensorFlow here."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from mnist_core import InputError, PipelineSpec, parse_ordering
from reports.record.case import ORDERING, REFERENCE, Subject

OPTIONS = ("labels", "normalize", "source", "function")  # of a spec, beside its ordering; its seed is a turn's own
USUAL = {field.name: field.default for field in fields(PipelineSpec) if field.name in OPTIONS}


def describe_ordering(name: str, spec: PipelineSpec) -> Subject:
    """The subject that a spec is.

    Args:
        name: What tables call it.
        spec: The ordering, and what its pipeline prepares.
    """
    chosen = {option: str(getattr(spec, option)) for option in OPTIONS if getattr(spec, option) != USUAL[option]}
    return Subject(ORDERING, name, str(spec.ordering), tuple(chosen.items()), REFERENCE)


def parse_subject(subject: Subject) -> PipelineSpec:
    """The spec that a subject of this kind stands for.

    Raises:
        InputError: The text is no ordering, or an option is unknown or does not fit it.
    """
    options: dict[str, Any] = dict(subject.options)
    unknown = sorted(options.keys() - set(OPTIONS))
    if unknown:
        raise InputError(f"an ordering has no option {unknown[0]}: there are {', '.join(OPTIONS)}.")
    return PipelineSpec(parse_ordering(subject.text), **options)
