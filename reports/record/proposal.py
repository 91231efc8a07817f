"""What may be changed of a pipeline without changing what it means, and what was not tried and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """The same pipeline in another order, or with other numbers, which was proved to give the same examples.

    Args:
        name: What tables call it; short, and unique among the candidates of a pipeline.
        text: Value of the subject's option "rewrite" that makes it.
        chain: Its chain as a person would write it.
        changes: What differs from the pipeline as it is, a sentence for each change.
        predicted_bytes: Bytes that it will hold when it holds most; None where that is not known.
    """

    name: str
    text: str
    chain: str
    changes: tuple[str, ...]
    predicted_bytes: int | None = None


@dataclass(frozen=True)
class Untried:
    """A change that was not tried.

    Args:
        change: What would be changed.
        why: Why it was not tried: what could not be proved, or that it would not fit.
        mend: What one could write by hand, as code; empty where there is nothing.
        changes_meaning: True if that would change which examples come, in which order in kind, or how they are mixed.
    """

    change: str
    why: str
    mend: str = ""
    changes_meaning: bool = False


@dataclass(frozen=True)
class Proposal:
    """What may be changed of a pipeline.

    Args:
        candidates: What was proved to mean the same.
        untried: What was not tried.
        notes: What else a reader should know, a line each.
    """

    candidates: tuple[Candidate, ...]
    untried: tuple[Untried, ...] = ()
    notes: tuple[str, ...] = ()
