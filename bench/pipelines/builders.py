"""What makes the dataset of a subject, in the process that describes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.programs.caught import Catcher
from bench.subjects.capabilities import OpensDataset
from bench.subjects.failures import tell_build
from bench.subjects.open import open_subject
from bench.subjects.person_code import make_dataset
from bench.subjects.pipeline_text import SELECT, PipelineText, parse_pipeline
from bench.subjects.rewriting.remake import find_make
from mnist_core import InputError, Say, say_nothing
from reports.record.case import PIPELINE, RUN, Subject

Build = Callable[[], Any]


def find_builder(subject: Subject, source: str, say: Say = say_nothing) -> Build:
    """What makes the subject's dataset.

    Args:
        subject: The subject.
        source: Where the digits of an ordering come from.
        say: Is given a line that tells which dataset of a program was caught.

    Raises:
        InputError: The subject is no dataset.
    """
    if subject.kind == PIPELINE:
        return find_make(subject, _find_person_builder(subject.text, parse_pipeline(subject)))
    if subject.kind == RUN:
        return find_make(subject, _find_program_builder(subject, say))
    opened = open_subject(subject, source)
    if not isinstance(opened, OpensDataset):
        raise InputError(f"{subject.name} is no tf.data.Dataset, and has no stages to describe.")
    return opened.build


def _find_person_builder(text: str, pipeline: PipelineText) -> Build:
    def build() -> Any:
        try:
            return make_dataset(pipeline)
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a person's code raises
            raise InputError(f"{tell_build(text, error)}.") from None

    return build


def _find_program_builder(subject: Subject, say: Say) -> Build:
    catcher = Catcher(subject.text, dict(subject.options).get(SELECT))

    def build() -> Any:
        dataset = catcher.make()
        say(catcher.choice.removesuffix("."))
        return dataset

    return build
