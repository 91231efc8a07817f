"""The chain of a pipeline where a person wrote it in one expression: its calls as parts of the source, byte for byte.

Calls change their places with their arguments, their line breaks stay where they were, and comments go with the call
that they stand behind or above.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

BEHIND = re.compile(rb"[ \t]*#[^\n]*")  # a comment at the end of a call's line
ABOVE = re.compile(rb"^[ \t]*#", re.MULTILINE)  # one on a line of its own


@dataclass(frozen=True)
class Kept:
    """A call of the chain as it is written.

    Args:
        number: Its number among the calls that make stages, from 0.
        given: Name of an argument and its value, as source, that it gets instead of what it has; None for none.
    """

    number: int
    given: tuple[str, str] | None = None


@dataclass(frozen=True)
class Inserted:
    """A call that nobody wrote yet, as source, such as ``prefetch(tf.data.AUTOTUNE)``."""

    source: str


Step = Kept | Inserted


@dataclass(frozen=True)
class Part:
    """A call of a chain in the source.

    Args:
        method: Name of the method.
        gap: White space before it.
        above: Comments on lines of their own above it, with the white space around them; empty where there are none.
        text: The call from its dot to its bracket.
        behind: The comment at the end of its line, with the white space before it; empty where there is none.
    """

    method: str
    gap: bytes
    above: bytes
    text: bytes
    behind: bytes = b""


@dataclass(frozen=True)
class ChainSource:
    """A chain of calls that is one expression.

    Args:
        before: The source up to the first of its calls, what that is called on included.
        parts: Its calls.
        after: The source behind it.
        line: Number of the line on which it begins.
        last_line: Number of the line on which it ends.
    """

    before: bytes
    parts: tuple[Part, ...]
    after: bytes
    line: int
    last_line: int

    def ends_with(self, methods: Sequence[str]) -> bool:
        """True if the last of its calls are of these methods."""
        return [each.method for each in self.parts][-len(methods) :] == list(methods)


def list_chains(source: bytes) -> list[ChainSource]:
    """The chains of method calls in a source, each as long as it is written."""
    tree = ast.parse(source)
    inner = {id(node.func.value) for node in ast.walk(tree) if _is_method_call(node)}  # type: ignore[attr-defined]
    starts = _list_starts(source)
    outermost = (node for node in ast.walk(tree) if _is_method_call(node) and id(node) not in inner)
    return [chain for node in outermost if (chain := _read_chain(source, node, starts)) is not None]


def _is_method_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def _list_starts(source: bytes) -> list[int]:
    """The place of the first byte of every line."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _read_chain(source: bytes, node: ast.AST, starts: Sequence[int]) -> ChainSource | None:
    calls = list(_unroll(node))[::-1]
    ends = [_find_end(call, starts) for call in calls]
    begin = _find_end(calls[0].func.value, starts)  # type: ignore[attr-defined]
    if comment := BEHIND.match(source, begin):  # of what the first call is called on
        begin = comment.end()
    parts: list[Part] = []
    place = begin
    for number, (call, end) in enumerate(zip(calls, ends, strict=True)):
        dot = _find_dot(source, place, end)
        if dot is None:
            return None
        gap = source[place:dot]
        is_alone = b"\n" in gap
        method = call.func.attr  # type: ignore[attr-defined]
        above = gap if ABOVE.search(gap) else b""
        place, behind = end, b""
        is_last = number == len(calls) - 1
        comment = BEHIND.match(source, end)
        if comment is not None and (not is_last or is_alone):
            place, behind = comment.end(), comment.group()
        parts.append(Part(method, gap, above, source[dot:end], behind))
    return ChainSource(source[:begin], tuple(parts), source[place:], calls[0].lineno, calls[-1].end_lineno or 0)


def _unroll(node: ast.AST) -> Iterator[ast.Call]:
    """The calls of a chain, the last first."""
    while _is_method_call(node):
        assert isinstance(node, ast.Call)  # noqa: S101  # which it is, as a method's call
        yield node
        node = node.func.value  # type: ignore[attr-defined]


def _find_dot(source: bytes, begin: int, end: int) -> int | None:
    """The place of the dot behind white space and comments; None where something else stands there."""
    found = re.compile(rb"(?:\s|\\\n|#[^\n]*\n)*\.").match(source, begin, end)
    return None if found is None else found.end() - 1


def rewrite(chain: ChainSource, steps: Sequence[Step], num_written: int, num_here: int | None = None) -> bytes | None:
    """The source with the chain in another order; None where that would not be the chain that is meant.

    Args:
        chain: Where the chain is written.
        steps: The calls that make stages, in their new order.
        num_written: Number of calls of the former order, of which the chain may hold the last ones alone.
        num_here: Number of those that the chain holds; None for as many as it can. Calls before them stay.
    """
    count = min(num_written, len(chain.parts)) if num_here is None else num_here
    hidden, shift = num_written - count, len(chain.parts) - count
    if list(steps[:hidden]) != [Kept(number) for number in range(hidden)]:
        return None
    parts = [*chain.parts[:shift], *(_take(chain, step, shift - hidden) for step in steps[hidden:])]
    text = b""
    for place, part in enumerate(parts):
        gap = part.above or _find_gap(chain, place)
        if place and parts[place - 1].behind and b"\n" not in gap:
            gap = _break_line(chain)
        text += gap + part.text + part.behind
    after = chain.after
    if parts[-1].behind and not re.match(rb"[ \t]*\r?\n", after):
        after = _break_line(chain) + after
    written = chain.before + text + after
    return written if _holds(written, chain.line, parts) else None


def _find_gap(chain: ChainSource, place: int) -> bytes:
    """The white space before the call in a place: what was there, or is before the nearest one without words."""
    nearest = min(place, len(chain.parts) - 1)
    fitting = (chain.parts[number].gap for number in (*range(nearest, len(chain.parts)), *range(nearest, -1, -1)))
    return next((gap for gap in fitting if not ABOVE.search(gap)), b"\n")


def _take(chain: ChainSource, step: Step, shift: int) -> Part:
    if isinstance(step, Inserted):
        return Part(step.source.partition("(")[0], b"", b"", f".{step.source}".encode())
    part = chain.parts[step.number + shift]
    return part if step.given is None else replace(part, text=_give(part.text, *step.given))


def _give(text: bytes, name: str, value: str) -> bytes:
    """A call with an argument of this name: in its place where it has one, else behind all that it has."""
    call = ast.parse(b"(_" + text + b")", mode="eval").body
    assert isinstance(call, ast.Call)  # noqa: S101  # it was cut out as one
    starts = [start - len(b"(_") for start in _list_starts(b"(_" + text)]
    for keyword in call.keywords:
        if keyword.arg == name:
            return (
                text[: _find_start(keyword.value, starts)] + value.encode() + text[_find_end(keyword.value, starts) :]
            )
    given = [*call.args, *(each.value for each in call.keywords)]
    if not given:
        return text[:-1] + f"{name}={value})".encode()
    place = max(_find_end(each, starts) for each in given)
    return text[:place] + f", {name}={value}".encode() + text[place:]


def _find_start(node: ast.expr, starts: Sequence[int]) -> int:
    return starts[node.lineno - 1] + node.col_offset


def _find_end(node: ast.expr, starts: Sequence[int]) -> int:
    assert node.end_lineno is not None  # noqa: S101  # of what was parsed it is known
    assert node.end_col_offset is not None  # noqa: S101
    return starts[node.end_lineno - 1] + node.end_col_offset


def _break_line(chain: ChainSource) -> bytes:
    """A line break as the chain has them, or one with the indentation of its line."""
    broken = next((part.gap for part in chain.parts if b"\n" in part.gap and not part.above), None)
    return b"\n" if broken is None else broken


def _holds(written: bytes, line: int, parts: Sequence[Part]) -> bool:
    """True if the source can be parsed and holds a chain of just these calls on that line."""
    try:
        chains = list_chains(written)
    except SyntaxError:
        return False
    wanted = [_normalize(part.text) for part in parts]
    return any([_normalize(part.text) for part in chain.parts] == wanted for chain in chains if chain.line == line)


def _normalize(text: bytes) -> str:
    return ast.dump(ast.parse(b"(_" + text + b")", mode="eval"))
