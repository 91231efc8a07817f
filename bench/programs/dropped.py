"""Lines of a person's program that make a dataset and use it for nothing."""

from __future__ import annotations

import ast
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_dropped(file: str, line: int, call: str) -> bool:
    """True if the result of a call is thrown away, or given a name that its function never reads.

    Args:
        file: Path of the program's file.
        line: Number of the line that calls.
        call: Name of the method that is called.
    """
    tree = _parse(file)
    statement = None if tree is None else _find_statement(tree, line)
    if isinstance(statement, ast.Expr):
        return _is_call(statement.value, call)
    if isinstance(statement, ast.Assign) and _is_call(statement.value, call):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        return len(names) == len(statement.targets) and not _reads(tree, line, set(names))
    return False


def _parse(file: str) -> ast.Module | None:
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, ValueError, SyntaxError):
        return None


def _find_statement(tree: ast.Module, line: int) -> ast.stmt | None:
    """The innermost statement that a line is part of."""
    around = [each for each in ast.walk(tree) if isinstance(each, ast.stmt) and _holds(each, line)]
    return min(around, key=lambda each: (each.end_lineno or 0) - each.lineno, default=None)


def _holds(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _is_call(value: ast.expr, call: str) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == call


def _reads(tree: ast.Module | None, line: int, names: set[str]) -> bool:
    """True if the function around a line reads one of these names; at a module's own level anybody may."""
    around = [each for each in ast.walk(tree) if isinstance(each, Function) and _holds(each, line)] if tree else []
    if not around:
        return True
    inner = max(around, key=lambda each: each.lineno)
    declared = any(isinstance(each, ast.Global | ast.Nonlocal) and names & set(each.names) for each in ast.walk(inner))
    reads = (each for each in ast.walk(inner) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))
    return declared or any(each.id in names for each in reads)
