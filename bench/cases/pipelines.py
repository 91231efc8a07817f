"""The cases of pipelines that a person brings: drained side by side, fed to an accelerator, read for their bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bench.cases.selection import build_case
from bench.consumers.registry import check_case
from bench.pipelines.arms import Arm
from bench.subjects.pipeline_text import FILE, SELECT, SHAPE, describe_pipeline, is_pipeline, split_text, tell_option
from mnist_core import NAMED_ORDERINGS, InputError
from reports.record.case import DEFAULT, PIPELINE, Case, Subject
from reports.record.program import Device


def build_subject(
    text: str, arguments: Sequence[str] = (), *, select: str | None = None, source: str | None = None
) -> Subject:
    """The subject of a text: a person's pipeline, or an ordering of our digits by its name or text.

    Args:
        text: ``path/to/file.py:name``, ``package.module:name``, or an ordering of ours; ``[select]`` may stand behind a
            name.
        arguments: Arguments of the pipeline's function, each as ``key=value``.
        select: Name or number of the dataset that is meant, where the function gives several.
        source: Text of the pipeline whose dataset the function transforms.

    Raises:
        InputError: The text means nothing, or it is an ordering and something else was given.
    """
    if is_pipeline(text):
        return describe_pipeline(text, arguments, select=select, source=source)
    if text in NAMED_ORDERINGS or "(" in text:
        if arguments or select is not None or source is not None:
            raise InputError(f"--arg, --select and --source belong to a pipeline of yours, got the ordering {text}.")
        return build_case(text).subject
    raise InputError(
        f"a subject must be path/to/file.py:name, package.module:name or an ordering of ours, got {text!r}."
    )


def name_apart(subjects: Sequence[Subject]) -> list[Subject]:
    """The subjects with the names of tables, which tell them apart; the first is what ratios are to.

    Those that would be called the same are all told in the same way: by their files, by their arguments, or by both.
    """
    groups: dict[str, list[Subject]] = {}
    for each in subjects:
        groups.setdefault(each.name, []).append(each)
    names = [_tell_apart(each, groups[each.name]) for each in subjects]
    counts = Counter(names)
    named = [
        replace(each, name=f"{name} ({place})" if counts[name] > 1 else name)
        for place, (each, name) in enumerate(zip(subjects, names, strict=True), start=1)
    ]
    return refer(named)


def _tell_apart(subject: Subject, group: Sequence[Subject]) -> str:
    """The name of one of a group that would all be called the same; only the same twice has no name of its own."""
    if len(group) == 1:
        return subject.name
    texts = {each.text for each in group}
    is_twice = len({(each.text, each.options) for each in group}) < len(group)
    if is_twice or len({_shorten(text) for text in texts}) < len(texts):
        name = _select(subject, subject.text)
    else:
        name = subject.name if len(texts) == 1 else _select(subject, _shorten(subject.text))
    return " ".join([name, *_list_apart(subject, [each for each in group if each.text == subject.text])])


def _list_apart(subject: Subject, others: Sequence[Subject]) -> list[str]:
    """The arguments of a subject that not all others of its text have."""
    shared = set.intersection(*(set(each.options) for each in others))
    return [tell_option(*each) for each in subject.options if each not in shared]


def _select(subject: Subject, text: str) -> str:
    """A text with the dataset that is meant of what the function gives."""
    select = dict(subject.options).get(SELECT) if subject.kind == PIPELINE else None
    return text if select is None else f"{text}[{select}]"


def spread(subjects: Sequence[Subject], interpreters: Sequence[tuple[str, str]]) -> list[Subject]:
    """Every subject under every interpreter, with names that tell them apart.

    Args:
        subjects: The subjects, with names that tell them apart.
        interpreters: What tells each interpreter from the others, empty for a single one, and its path.
    """
    each_under_each = [
        replace(each, name=f"{each.name}, {label}" if label else each.name, python=path)
        for each in subjects
        for label, path in interpreters
    ]
    return refer(each_under_each)


def refer(subjects: Sequence[Subject]) -> list[Subject]:
    """The subjects, each with what its ratio is to: the first one, or itself in the first of several interpreters."""
    same = [(each.kind, each.text, each.options) for each in subjects]
    is_spread = len(set(same)) < len(same) and any(each.python is not None for each in subjects)
    groups: Sequence[object] = same if is_spread else [None] * len(same)
    counts = Counter(groups)
    first = {group: each.name for each, group in zip(reversed(subjects), reversed(groups), strict=True)}
    return [
        replace(each, reference=first[group] if counts[group] > 1 else None)
        for each, group in zip(subjects, groups, strict=True)
    ]


def _shorten(text: str) -> str:
    """A pipeline's text without the folders of its file, and any other text as it is."""
    place, colon, attribute = text.rpartition(":")
    return f"{place.rpartition('/')[2]}:{attribute}" if colon and place.endswith(FILE) else text


def build_drained(
    subjects: Sequence[Subject], arms: Sequence[Arm] = (DEFAULT,), *, python_loop: bool = False
) -> list[Case]:
    """Every subject drained, in every arm, and taken in a Python loop too if that is wanted."""
    consumers = ("drain", "python") if python_loop else ("drain",)
    return _check([Case(subject, each, arm) for each in consumers for arm in arms for subject in subjects])


def build_fed(subjects: Sequence[Subject], step_ms: float, arms: Sequence[Arm] = (DEFAULT,)) -> list[Case]:
    """Every subject, in every arm, feeding an emulated accelerator that computes so long on a batch."""
    return _check([Case(subject, "emulated", arm, step_ms=step_ms) for arm in arms for subject in subjects])


def build_trained(subjects: Sequence[Subject], model: str, device: Device = "cpu") -> list[Case]:
    """Every subject feeding the training of a person's own model.

    Args:
        subjects: The pipelines.
        model: Where the model is found, as ``path/to/file.py:name`` or ``package.module:name``.
        device: Kind of device that it computes on.

    Raises:
        InputError: The text has another form.
    """
    try:
        split_text(model)
    except InputError:
        raise InputError(f"--model must be {SHAPE} of a function that gives a compiled model, got {model!r}.") from None
    return _check([Case(subject, "model", device=device, model=model) for subject in subjects])


def build_cold(subjects: Sequence[Subject]) -> list[Case]:
    """Every pipeline of a person's own drained, its files dropped from the page cache before every turn."""
    return _check([Case(subject, is_cold=True) for subject in subjects if subject.reads_own_data])


def build_staged(subjects: Sequence[Subject]) -> list[Case]:
    """Every subject read for what its stages take."""
    return _check([Case(subject, "stages") for subject in subjects])


def build_mixed(subjects: Sequence[Subject]) -> list[Case]:
    """Every subject read for how well it mixes its examples."""
    return _check([Case(subject, "order") for subject in subjects])


def build_read(subjects: Sequence[Subject]) -> list[Case]:
    """Every subject read for what it holds."""
    return _check([Case(subject, "memory") for subject in subjects])


def build_observed(subjects: Sequence[Subject], step_ms: float | None = None) -> list[Case]:
    """Every subject traced, each step computing so long on its batch."""
    return _check([Case(subject, "observed", step_ms=step_ms) for subject in subjects])


def _check(cases: list[Case]) -> list[Case]:
    for case in cases:
        check_case(case)
    return cases
