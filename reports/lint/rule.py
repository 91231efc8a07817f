"""What a rule is: a name, how bad what it finds is, why, and the function that finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reports.lint.facts import Facts, Found
from reports.lint.finding import Severity

Check = Callable[[Facts], Iterator[Found]]


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a pipeline.

    Args:
        name: Its name, in lower case with hyphens.
        severity: How bad what it finds is.
        title: What it finds, in a line.
        why: Why that is wrong or dear, in sentences.
        silent: When it says nothing, in a sentence.
        bad: Code in which it finds something.
        good: The same, mended.
        check: Finds it.
        claim: Id of the claim that backs it; None where there is none.
    """

    name: str
    severity: Severity
    title: str
    why: str
    silent: str
    bad: str
    good: str
    check: Check
    claim: str | None = None
