"""Imports a person's code in a worker, calls what makes the dataset, and takes from it the dataset that is meant.

The person's folder goes before installed packages on the import path and behind Python's own modules, much as Python
itself has it: a ``utils.py`` or ``tree.py`` beside their file is theirs, whatever is installed. A ``bench/``,
``reports/`` or ``mnist_core/`` of theirs is imported by their code alone: ours of that name, which have been imported
by then, step aside as long as it runs. The file itself is loaded from its path, whatever else has its name.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import importlib
import importlib.machinery
import importlib.util
import inspect
import multiprocessing
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from bench.subjects.origins import INSTALLED
from bench.subjects.pipeline_text import PipelineText, check_pipeline_file, split_select, split_text
from mnist_core import InputError

MOST_LISTED = 8  # names in an error's one line
OURS: dict[str, types.ModuleType] = {
    name: sys.modules[name] for name in ("bench", "mnist_core", "reports") if name in sys.modules
}
_aside: dict[str, types.ModuleType] = {}  # modules of a person's that are called as ours, while ours are in use


def make_dataset(pipeline: PipelineText) -> Any:
    """The dataset that a pipeline's text means, made anew.

    Raises:
        InputError: There is no such file or name, arguments are missing or unknown, or what comes back is no dataset.
    """
    let_start_processes()
    what = f"{pipeline.place}:{pipeline.attribute}"
    add_folder(_find_folder(pipeline.place))
    try:
        with step_aside():
            found = find_attribute(pipeline.place, pipeline.attribute)
            made = _call(what, found, pipeline) if callable(found) else found
    except SystemExit as error:
        raise InputError(
            f"{what} ends Python with sys.exit({error.code!r}): let it give a dataset, or catch one with --run."
        ) from None
    if not callable(found) and (pipeline.arguments or pipeline.source):
        raise InputError(f"{what} is no function: leave out --arg and --source.")
    return select_dataset(what, made, pipeline.select)


def find_attribute(place: str, attribute: str) -> Any:
    """What has this name in a file or a module.

    Raises:
        InputError: There is no such file, module or name. What the person's own code raises goes through.
    """
    add_folder(_find_folder(place))
    with step_aside():
        module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise InputError(f"{place} has no {attribute}: {_suggest(part, found)}")
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
    datasets = dict(_list_datasets(made))
    if not datasets:
        raise InputError(
            f"{what} must give a tf.data.Dataset, or several in a tuple or dictionary, got {name_type(made)}."
        )
    if select is None and len(datasets) == 1:
        return next(iter(datasets.values()))
    names = _list_names(list(datasets))
    if select is None:
        raise InputError(f"{what} gives {len(datasets)} datasets: choose one with --select, of {names}.")
    if select not in datasets:
        raise InputError(f"{what} gives no dataset {select!r}: choose one with --select, of {names}.")
    return datasets[select]


def _list_datasets(made: Any, *, above: str = "") -> Iterator[tuple[str, Any]]:
    """The datasets in what a function gave, each with the names that lead to it, such as 0.train."""
    for name, each in _list_held(made):
        if isinstance(each, tf.data.Dataset):
            yield f"{above}{name}", each
        else:
            yield from _list_datasets(each, above=f"{above}{name}.")


def _list_held(made: Any) -> Iterator[tuple[Any, Any]]:
    """What a dictionary, tuple or list holds, by name or number; nothing for all else."""
    if isinstance(made, Mapping):
        yield from made.items()
    elif isinstance(made, tuple) and hasattr(made, "_fields"):
        yield from zip(made._fields, made, strict=True)
    elif isinstance(made, tuple | list):
        yield from enumerate(made)


def is_dataset(made: Any) -> bool:
    """True for a dataset, which is not what an iterator over one is."""
    return isinstance(made, tf.data.Dataset)


def name_type(made: Any) -> str:
    """What came back instead of what was wanted, and what is mostly wrong where that is nothing."""
    if made is None:
        return "None: return it from the function"
    return f"{type(made).__module__}.{type(made).__qualname__}"


def _call(what: str, function: Callable[..., Any], pipeline: PipelineText) -> Any:
    """What the function gives for these arguments, the source's dataset first if it transforms one."""
    sources = []
    if pipeline.source is not None:
        place, attribute = split_text(pipeline.source)
        name, select = split_select(attribute)
        sources = [make_dataset(PipelineText(place, name, select=select))]
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return function(*sources, **dict(pipeline.arguments))  # a builtin, whose own error will do
    bound = _bind(what, signature, sources, dict(pipeline.arguments))
    return function(*bound.args, **bound.kwargs)


def _bind(
    what: str, signature: inspect.Signature, sources: Sequence[Any], given: Mapping[str, Any]
) -> inspect.BoundArguments:
    """The arguments, where they go.

    Raises:
        InputError: The function cannot be called with them.
    """
    try:
        bound = signature.bind_partial(*sources)
    except TypeError:
        raise InputError(f"{what} takes no dataset: leave out --source.") from None
    takes = {each.name: each for each in signature.parameters.values() if each.name not in bound.arguments}
    named = [each for each in takes.values() if each.kind not in {each.VAR_POSITIONAL, each.VAR_KEYWORD}]
    others = next((each.name for each in takes.values() if each.kind is each.VAR_KEYWORD), None)
    known = {each.name for each in named}
    unknown = {name: value for name, value in given.items() if name not in known}
    if unknown and others is None:
        offered = f"it takes {_list_parameters(named)}" if named else "leave it out"
        raise InputError(f"{what} takes no {next(iter(unknown))}: {offered}.")
    missing = [each for each in named if each.default is each.empty and each.name not in given]
    if missing and missing[0].name == "self":
        holder, _, method = what.rpartition(":")[2].rpartition(".")
        example = f"{holder.lower()}.{method}"
        raise InputError(
            f"{what} is a method of an object: give a function, or a name that holds the object, as in {example}."
        )
    if missing:
        raise InputError(f"{what} needs {_ask_for(missing, sources)}: it takes {_list_parameters(named)}.")
    bound.arguments.update({name: value for name, value in given.items() if name in known})
    if unknown and others is not None:
        bound.arguments[others] = unknown
    bound.apply_defaults()
    return bound


def _ask_for(missing: Sequence[inspect.Parameter], sources: Sequence[Any]) -> str:
    """What to give for the parameters that are missing."""
    names = " ".join(f"--arg {each.name}=..." for each in missing)
    return f"{names} or --source, if it transforms a dataset" if len(missing) == 1 and not sources else names


def _list_parameters(parameters: Sequence[inspect.Parameter]) -> str:
    """Such as: batch_size: int = 32, path."""
    return ", ".join(str(each.replace(kind=each.POSITIONAL_OR_KEYWORD)) for each in parameters)


def _load_file(path: Path) -> types.ModuleType:
    check_pipeline_file(str(path))
    whole = path.resolve()
    apart = f"_person_{whole.stem}_{hashlib.sha256(str(whole).encode()).hexdigest()[:8]}"
    for name in (whole.stem, apart):
        known = sys.modules.get(name)
        if known is not None and getattr(known, "__file__", None) == str(whole):
            return known
    name = whole.stem if whole.stem not in sys.modules and _is_found(whole) else apart
    spec = importlib.util.spec_from_file_location(name, whole)
    assert spec is not None  # noqa: S101  # it ends in .py
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
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
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise InputError(
                f"there is no module {name} here: run from the folder that holds it, or give the file."
            ) from None
        raise


def _find_folder(place: str) -> Path:
    """The folder from which a file or a module imports."""
    return Path(place).resolve().parent if place.endswith(".py") else Path.cwd()


@contextlib.contextmanager
def step_aside(*, anew: bool = False) -> Iterator[None]:
    """Inside, have packages of a person's that are called as ours are, and not ours, where theirs are on the path.

    Args:
        anew: True to import theirs as if for the first time.
    """
    if anew:
        _aside.clear()
    looked_for = ((name, _find_theirs(name, ours)) for name, ours in OURS.items() if sys.modules.get(name) is ours)
    theirs = {name: spec for name, spec in looked_for if spec is not None}
    names = list(theirs)
    ours = _take_modules(names)
    finder = _TheirsFinder(theirs)
    sys.meta_path.insert(0, finder)
    sys.modules.update({name: _aside.pop(name) for name in list(_aside) if name.partition(".")[0] in names})
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _aside.update(_take_modules(names))
        sys.modules.update(ours)


class _TheirsFinder:
    """Finds packages of a person's that are called as ours, wherever on the path they stand.

    Args:
        theirs: What was found of them, by their names.
    """

    def __init__(self, theirs: Mapping[str, importlib.machinery.ModuleSpec]) -> None:
        self._theirs = theirs

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """What Python imports for one of these names; None leaves any other to the finders behind."""
        return self._theirs.get(name)


def _find_theirs(name: str, ours: types.ModuleType) -> importlib.machinery.ModuleSpec | None:
    """A package of this name that is neither ours nor a copy of it, which a gate has; None where there is none."""
    own = Path(str(ours.__file__)).read_bytes()
    for folder in sys.path:
        found = importlib.machinery.PathFinder.find_spec(name, [folder])
        if found is not None and found.origin is not None and Path(found.origin).read_bytes() != own:
            return found
    return None


def _take_modules(packages: Sequence[str]) -> dict[str, types.ModuleType]:
    """The modules of these packages, which are imported no more."""
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in packages}


def add_folder(folder: Path) -> None:
    """Let imports find what is in a folder: after Python's own modules, before installed packages."""
    if str(folder) not in sys.path:
        installed = (number for number, path in enumerate(sys.path) if f"{path}/".endswith(INSTALLED))
        sys.path.insert(next(installed, len(sys.path)), str(folder))


def let_start_processes() -> None:
    """Let a person's code start processes: one that multiprocessing started to end with its parent must not."""
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # there is no other way


def _list_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more


def _suggest(name: str, held: Any) -> str:
    """What may be meant, as the end of a sentence."""
    names = [each for each in dir(held) if not each.startswith("_")]
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    made = [each for each in names if _may_make_data(getattr(held, each), held)]
    return f"it has {_list_names(made or names)}." if names else "it has no names."


def _may_make_data(value: Any, held: Any) -> bool:
    """True for a dataset, and for a function that is not imported from elsewhere."""
    here = getattr(held, "__name__", None)
    return hasattr(value, "element_spec") or (callable(value) and getattr(value, "__module__", None) == here)
