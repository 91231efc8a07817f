"""Imports a person's code in a worker, calls what makes the dataset, and takes from it the dataset that is meant.

The person's folder goes behind everything else on the import path, so that a ``bench/`` or ``reports/`` of theirs does
not stand in for ours; the module itself is loaded from its file, whatever else has its name.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from bench.subjects.pipeline_text import PipelineText, split_text
from mnist_core import InputError

MOST_LISTED = 8  # names in an error's one line


def make_dataset(pipeline: PipelineText) -> Any:
    """The dataset that a pipeline's text means, made anew.

    Raises:
        InputError: There is no such file or name, arguments are missing or unknown, or what comes back is no dataset.
    """
    found = find_attribute(pipeline.place, pipeline.attribute)
    what = f"{pipeline.place}:{pipeline.attribute}"
    made = _call(what, found, pipeline) if callable(found) and not isinstance(found, tf.data.Dataset) else found
    if made is found and (pipeline.arguments or pipeline.source):
        raise InputError(f"{what} is no function: it takes neither --arg nor --source.")
    return select_dataset(what, made, pipeline.select)


def find_attribute(place: str, attribute: str) -> Any:
    """What has this name in a file or a module.

    Raises:
        InputError: There is no such file, module or name. What the person's own code raises goes through.
    """
    module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise InputError(f"{place} has no {attribute}{_suggest(part, found)}.")
        found = getattr(found, part)
    return found


def select_dataset(what: str, made: Any, select: str | None) -> Any:
    """The dataset that is meant, of what a function gave.

    Args:
        what: The pipeline, for messages.
        made: A dataset, or datasets in a tuple, list or dictionary, also among other things.
        select: Which of them; None where there is only one.

    Raises:
        InputError: It is no dataset, holds several and none is chosen, or has no such one.
    """
    if isinstance(made, tf.data.Dataset):
        if select is not None:
            raise InputError(f"{what} gives one dataset: leave out --select {select}.")
        return made
    held = _list_held(made)
    datasets = {name: each for name, each in held.items() if isinstance(each, tf.data.Dataset)}
    if not datasets:
        raise InputError(
            f"{what} must give a tf.data.Dataset, or several in a tuple or dictionary, got {_name_type(made)}."
        )
    if select is None and len(datasets) == 1:
        return next(iter(datasets.values()))
    names = ", ".join(list(datasets)[:MOST_LISTED])
    if select is None:
        raise InputError(f"{what} gives {len(datasets)} datasets: choose one with --select, of {names}.")
    if select not in datasets:
        raise InputError(f"{what} gives no dataset {select!r}: choose one with --select, of {names}.")
    return datasets[select]


def _list_held(made: Any) -> dict[str, Any]:
    if isinstance(made, Mapping):
        return {str(name): each for name, each in made.items()}
    if isinstance(made, tuple) and hasattr(made, "_fields"):
        return dict(zip(made._fields, made, strict=True))
    if isinstance(made, Sequence) and not isinstance(made, str | bytes):
        return {str(number): each for number, each in enumerate(made)}
    return {}


def _name_type(made: Any) -> str:
    if made is None:
        return "None: does the function return it?"
    return f"{type(made).__module__}.{type(made).__qualname__}"


def _call(what: str, function: Callable[..., Any], pipeline: PipelineText) -> Any:
    """What the function gives for these arguments, the source's dataset first if it transforms one."""
    given = dict(pipeline.arguments)
    sources = []
    if pipeline.source is not None:
        place, attribute = split_text(pipeline.source)
        sources = [make_dataset(PipelineText(place, attribute))]
    _check_arguments(what, function, sources, given)
    return function(*sources, **given)


def _check_arguments(what: str, function: Callable[..., Any], sources: Sequence[Any], given: Mapping[str, Any]) -> None:
    """Check that the function can be called so."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return  # a builtin, whose own error will do
    takes = signature.parameters.values()
    named = [each for each in takes if each.kind in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}][len(sources) :]
    takes_any = any(each.kind is each.VAR_KEYWORD for each in takes)
    unknown = [name for name in given if name not in {each.name for each in named}]
    if unknown and not takes_any:
        raise InputError(f"{what} takes no {unknown[0]}: it takes {_list_parameters(named) or 'nothing'}.")
    missing = [each for each in named if each.default is each.empty and each.name not in given]
    if missing:
        names = " ".join(f"--arg {each.name}=..." for each in missing)
        hint = " or --source, if it transforms a dataset" if len(missing) == 1 and not sources else ""
        raise InputError(f"{what} needs {names}{hint}: it takes {_list_parameters(named)}.")


def _list_parameters(parameters: Sequence[inspect.Parameter]) -> str:
    """Such as: batch_size: int = 32, path."""
    return ", ".join(str(each.replace(kind=each.POSITIONAL_OR_KEYWORD)) for each in parameters)


def _load_file(path: Path) -> types.ModuleType:
    if not path.is_file():
        raise InputError(f"{path} does not exist: give the file that makes the dataset, as path/to/file.py:name.")
    whole = path.resolve()
    _put_last(whole.parent)
    known = sys.modules.get(whole.stem)
    if known is not None and getattr(known, "__file__", None) == str(whole):
        return known
    name = whole.stem if known is None and _is_found(whole) else f"_person_{whole.stem}"
    spec = importlib.util.spec_from_file_location(name, whole)
    assert spec is not None  # noqa: S101  # it ends in .py
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _is_found(file: Path) -> bool:
    """True if an import of its name would find this very file."""
    try:
        found = importlib.util.find_spec(file.stem)
    except (ImportError, ValueError):
        return False
    return found is not None and found.origin is not None and Path(found.origin).resolve() == file


def _load_module(name: str) -> types.ModuleType:
    _put_last(Path.cwd())
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise InputError(
                f"there is no module {name} here: run from the folder that holds it, or give the file."
            ) from None
        raise


def _put_last(folder: Path) -> None:
    """Let imports find what is in a folder, after all else."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _suggest(name: str, held: Any) -> str:
    """The names that are meant, probably."""
    names = [each for each in dir(held) if not each.startswith("_")]
    near = difflib.get_close_matches(name, names, n=1)
    return f": did you mean {near[0]}?" if near else ""
