"""Which cases of a run are meant: expressions as pytest's ``-k`` takes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mnist_core.language.errors import InputError
from reports.summary.summary import Summary

TOKENS = re.compile(r"[()]|[^\s()]+")
WORDS = ("and", "or", "not", "(", ")")
HOW = {"or": any, "and": all}
JOINTS = tuple(HOW)  # the loosest first

Matches = Callable[[str], bool]


def select_cases(run: Summary, expression: str) -> Summary:
    """The run with the cases whose names an expression is true for.

    Args:
        run: Run to select from.
        expression: Parts of names, in any case, joined by ``and``, ``or``, ``not`` and brackets.

    Raises:
        InputError: It is no expression, or true for no case.
    """
    matches = parse_expression(expression)
    cases = tuple(case for case in run.cases if matches(case.identity.label))
    if not cases:
        raise InputError(f"-k '{expression}' selects none of the {len(run.cases)} cases of {run.path}.")
    return replace(run, cases=cases, damaged=tuple(label for label in run.damaged if matches(label)))


def parse_expression(text: str) -> Matches:
    """What tells of a name whether it is meant.

    Raises:
        InputError: The text is no expression.
    """
    tokens = TOKENS.findall(text)
    matches, rest = _parse_joined(tokens, text)
    if rest:
        raise _refuse(text)
    return matches


def _parse_joined(tokens: Sequence[str], text: str, joints: Sequence[str] = JOINTS) -> tuple[Matches, Sequence[str]]:
    """What is joined by the first of these words, and of what the others join; and the tokens behind it."""
    if not joints:
        return _parse_one(tokens, text)
    joint, *inner = joints
    found, rest = _parse_joined(tokens, text, inner)
    while rest and rest[0] == joint:
        other, rest = _parse_joined(rest[1:], text, inner)
        found = _join(found, other, HOW[joint])
    return found, rest


def _parse_one(tokens: Sequence[str], text: str) -> tuple[Matches, Sequence[str]]:
    if not tokens:
        raise _refuse(text)
    token, *rest = tokens
    if token == "not":  # noqa: S105  # a word of the language
        negated, left = _parse_one(rest, text)
        return (lambda name: not negated(name)), left
    if token == "(":  # noqa: S105
        inside, left = _parse_joined(rest, text)
        if not left or left[0] != ")":
            raise _refuse(text)
        return inside, left[1:]
    if token in WORDS:
        raise _refuse(text)
    return (lambda name: token.lower() in name.lower()), rest


def _join(first: Matches, second: Matches, how: Callable[[tuple[bool, bool]], bool]) -> Matches:
    return lambda name: how((first(name), second(name)))


def _refuse(text: str) -> InputError:
    return InputError(f"-k takes parts of names joined by and, or, not and brackets, got '{text}'.")
