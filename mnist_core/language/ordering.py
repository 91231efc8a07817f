"""An ordering: the stages of a tf.data pipeline, as text in tf.data's own words.

``shuffle(60000).map().prefetch(320).batch(32).repeat()`` is what a user types, what a test id and a table show and
what a record stores. It is read with Python's ``ast``, never evaluated, and prints back to the same text. TensorFlow is
not imported here.
"""

from __future__ import annotations

import ast
import dataclasses
from dataclasses import dataclass

from mnist_core.language.errors import InputError
from mnist_core.language.stage import AUTO, STAGES, Argument, Batch, Cache, Map, Prefetch, Range, Repeat, Stage

MAX_TEXT_LENGTH = 1000  # far above any real ordering; keeps a hostile text from exhausting the parser
POSITIONAL = {"shuffle", "batch", "prefetch", "repeat"}  # tf.data users write their first argument without its name
IN_TF_DATA = {  # the arguments of tf.data's own methods, in their order: tensorflow/python/data/ops/dataset_ops.py
    "shuffle": ("buffer_size", "seed", "reshuffle_each_iteration"),
    "batch": ("batch_size", "drop_remainder", "num_parallel_calls", "deterministic"),
    "map": ("map_func", "num_parallel_calls", "deterministic"),
    "prefetch": ("buffer_size",),
    "repeat": ("count",),
}
RENAMED = {"num_parallel_calls": "parallel"}
NOT_OURS = frozenset({"map_func", "name"})  # the function is ours, whatever it is called; a name does nothing
AUTOTUNE = ("tf.data.AUTOTUNE", "tf.data.experimental.AUTOTUNE", "data.AUTOTUNE", "AUTOTUNE")
TUNED = frozenset({("map", "parallel"), ("batch", "parallel"), ("prefetch", "buffer_size")})  # tf.data's AUTOTUNE is -1
SOURCES = ("from_tensor_slices", "range")  # of tf.data.Dataset, with which a pasted chain may begin


@dataclass(frozen=True)
class Ordering:
    """The stages of one pipeline, in the order in which the data meets them.

    Args:
        stages: Stages that follow the source. The source is ``from_tensor_slices`` over the arrays, or the indices of
            the examples where the first stage is `Range`.

    Raises:
        InputError: The stages cannot work together; the message says why in one line.

    Example:
        >>> print(Ordering((Cache(), Shuffle(1000), *parse_ordering("map().batch(32)").stages)))
        cache().shuffle(1000).map().batch(32)
    """

    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        if names.count("batch") != 1:
            raise InputError(f"ordering '{self}' must have exactly one batch(), got {names.count('batch')}.")
        if names.count("map") > 1:
            raise InputError(f"ordering '{self}' has {names.count('map')} map() stages: the digits are prepared once.")
        if "range" in names[1:]:
            raise InputError(f"ordering '{self}': range() is a source and can only stand first.")
        if "range" in names and "map" not in names:
            raise InputError(f"ordering '{self}': range() gives numbers only, add a map() that gathers the digits.")
        self._check_caches_fill()

    def _check_caches_fill(self) -> None:
        endless = False
        for stage in self.stages:
            if endless and isinstance(stage, Cache):
                raise InputError(f"ordering '{self}': cache() after repeat() never fills, put it before.")
            endless = endless or stage == Repeat()

    def __str__(self) -> str:
        return ".".join(_render_stage(stage) for stage in self.stages)

    @property
    def batch(self) -> Batch:
        """The one ``batch`` stage."""
        return next(stage for stage in self.stages if isinstance(stage, Batch))

    @property
    def has_map(self) -> bool:
        """True if a ``map`` stage prepares the digits."""
        return any(isinstance(stage, Map) for stage in self.stages)

    @property
    def has_cache(self) -> bool:
        """True if a ``cache`` stage keeps elements."""
        return any(isinstance(stage, Cache) for stage in self.stages)

    @property
    def starts_from_indices(self) -> bool:
        """True if the source is ``range()`` and ``map`` gathers the digits."""
        return isinstance(self.stages[0], Range)

    @property
    def is_endless(self) -> bool:
        """True if a ``repeat()`` without a count stands anywhere."""
        return Repeat() in self.stages

    def with_batch_size(self, batch_size: int) -> Ordering:
        """The same ordering with another number in ``batch``; every other number stays as written."""
        batch = dataclasses.replace(self.batch, batch_size=batch_size)
        return Ordering(tuple(batch if isinstance(stage, Batch) else stage for stage in self.stages))

    def with_numbers(self, *, parallel: int, prefetch: int) -> Ordering:
        """The same ordering with these numbers wherever it says ``auto``."""
        return Ordering(tuple(_with_numbers(stage, parallel, prefetch) for stage in self.stages))

    def num_batches(self, num_examples: int) -> int:
        """The batches in one pass over `num_examples` examples.

        Raises:
            InputError: There would be none, because ``drop_remainder`` drops the only one.
        """
        whole, rest = divmod(num_examples, self.batch.batch_size)
        batches = whole + (rest > 0 and not self.batch.drop_remainder)
        if batches == 0:
            raise InputError(f"ordering '{self}' gives no batch from {num_examples} examples: use a smaller batch.")
        return batches


def _with_numbers(stage: Stage, parallel: int, prefetch: int) -> Stage:
    if isinstance(stage, Map | Batch) and stage.parallel == AUTO:
        return dataclasses.replace(stage, parallel=parallel)
    if isinstance(stage, Prefetch) and stage.buffer_size == AUTO:
        return Prefetch(prefetch)
    return stage


def parse_ordering(text: str) -> Ordering:
    """Read an ordering from text such as ``shuffle(1000).map().batch(32).prefetch(auto)``.

    Code as people have it in their programs is understood too: ``ds = ds.shuffle(1000).map(parse,
    num_parallel_calls=tf.data.AUTOTUNE).batch(32)``. The dataset that it begins with and the function are ours then.

    Raises:
        InputError: The text is not a chain of known stages, or the stages cannot work together.

    Example:
        >>> ordering = parse_ordering("shuffle(60000).map(parallel=auto).batch(32)")
        >>> [stage.name for stage in ordering.stages]
        ['shuffle', 'map', 'batch']
    """
    return Ordering(tuple(_parse_stage(call) for call in _split_calls(text)))


def _split_calls(text: str) -> list[ast.Call]:
    """The calls of a chain ``a(..).b(..).c(..)``, first to last."""
    if len(text) > MAX_TEXT_LENGTH:
        raise InputError(f"ordering must be at most {MAX_TEXT_LENGTH} characters, got {len(text)}.")
    try:
        (statement,) = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _not_a_chain(text) from None
    node = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    calls: list[ast.Call] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        calls.append(node)
        node = node.func.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return [node, *reversed(calls)]
    return _leave_out_source(text, node, calls[::-1])


def _leave_out_source(text: str, begins_with: ast.expr | None, calls: list[ast.Call]) -> list[ast.Call]:
    """The calls of a chain that somebody has in a program, without the dataset that it begins with."""
    name = ast.unparse(begins_with) if isinstance(begins_with, ast.Name | ast.Attribute) else ""
    if not name or not calls:
        raise _not_a_chain(text)
    first = calls[0].func
    if name.endswith("Dataset") and isinstance(first, ast.Attribute) and first.attr in SOURCES:
        ours = ast.Call(ast.Name(first.attr), [], [])
        return [*([ours] if first.attr == "range" else []), *calls[1:]] if calls[1:] else [ours]
    return calls


def _not_a_chain(text: str) -> InputError:
    line = " ".join(text.split())
    return InputError(f"ordering '{line}' is not a chain of stages such as shuffle(60000).map().batch(32).")


def _parse_stage(call: ast.Call) -> Stage:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    if name not in STAGES:
        raise InputError(f"ordering has no stage '{name}()': use {', '.join(STAGES)}.")
    kind = STAGES[name]
    known = [field.name for field in dataclasses.fields(kind)]
    places = IN_TF_DATA.get(name, ())
    if len(call.args) > len(places):
        raise InputError(f"{name}() takes {_signature(name)}, got '{ast.unparse(call)}'.")
    given = [
        *zip(places, call.args, strict=False),
        *((keyword.arg or "**", keyword.value) for keyword in call.keywords),
    ]
    arguments: dict[str, Argument] = {}
    for own_name, node in given:
        field = RENAMED.get(own_name, own_name)
        if field in NOT_OURS and name in IN_TF_DATA and (field == "name" or not isinstance(node, ast.Constant)):
            continue
        if field not in known or field in arguments:
            raise InputError(f"{name}() takes {_signature(name)}, got '{ast.unparse(call)}'.")
        arguments[field] = _parse_argument(name, field, node)
    required = [field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING]
    if missing := [field for field in required if field not in arguments]:
        raise InputError(f"{name}() needs its {missing[0]}, for example {name}(32).")
    return kind(**arguments)  # type: ignore[arg-type]  # each stage checks its own arguments


def _parse_argument(stage: str, field: str, node: ast.expr) -> Argument:
    if ast.unparse(node) in AUTOTUNE or ((stage, field) in TUNED and ast.unparse(node) == "-1"):
        return AUTO
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
        if not isinstance(node, ast.Constant) or type(node.value) is not int:
            raise InputError(f"{stage}() takes numbers, True, False, None and auto, got '-{ast.unparse(node)}'.")
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return sign * node.value
    if isinstance(node, ast.Constant) and (node.value is None or type(node.value) is bool):
        return node.value
    if isinstance(node, ast.Name) and node.id == AUTO:
        return AUTO
    raise InputError(f"{stage}() takes numbers, True, False, None and auto, got '{ast.unparse(node)}'.")


def _signature(name: str) -> str:
    fields = [field.name for field in dataclasses.fields(STAGES[name])]
    return ", ".join(fields) if fields else "no arguments"


def _render_stage(stage: Stage) -> str:
    arguments = []
    for index, field in enumerate(dataclasses.fields(stage)):
        value = getattr(stage, field.name)
        if value == field.default and type(value) is type(field.default):
            continue
        positional = index == 0 and stage.name in POSITIONAL
        arguments.append(f"{value}" if positional else f"{field.name}={value}")
    return f"{stage.name}({', '.join(arguments)})"
