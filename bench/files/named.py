"""Which files a dataset names: texts that it begins with, gives on the way, or holds in its functions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from bench.files.opened import is_data
from bench.pipelines.chain import Stage, list_stages
from bench.pipelines.functions import find_functions, list_nodes

MOST_NAMES = 200_000  # elements of a stage, and files of a folder
LONGEST_NAME = 4096  # bytes of a path, as Linux has it
CONSTANT, FILENAMES = "Const", "_filenames"


def find_named_files(dataset: Any, may_go_on: Callable[[], bool]) -> set[str]:
    """The files that a dataset names.

    Args:
        dataset: The dataset, which is iterated up to every stage that gives texts.
        may_go_on: Says whether there is time for another element.
    """
    found: set[str] = set()
    for stage in list_stages(dataset, ()):
        given = [stage.dataset] if stage.can_run else []
        given += [getattr(stage.dataset, FILENAMES, None)]  # a dataset itself, where a reader has several
        texts = (_list_given(each, may_go_on) for each in given if isinstance(each, tf.data.Dataset))
        for text in itertools.chain(_list_held(stage), *texts):
            found.update(_list_files(text))
    return found


def find_neighbours(paths: Iterable[str]) -> set[str]:
    """The files in the folders of these that end as they do: of many small ones only some are seen open.

    Where several folders stand in one, as those of classes do, all that stand there count.
    """
    folders: dict[Path, set[str]] = {}
    for path in map(Path, paths):
        folders.setdefault(path.parent, set()).add(path.suffix)
    for above, inside in itertools.groupby(sorted(folders), key=lambda folder: folder.parent):
        below = list(inside)
        if len(below) > 1 and len(above.parts) > 2:  # noqa: PLR2004  # a folder for each class; none of the system's root
            folders.setdefault(above, set()).update(*(folders[each] for each in below))
    near = (
        each
        for folder, ends in folders.items()
        for each in _list_folder(str(folder), is_deep=any(other.parent == folder for other in folders))
        if Path(each).suffix in ends
    )
    return set(itertools.islice(near, MOST_NAMES))


def _list_held(stage: Stage) -> Iterator[bytes]:
    """The texts that a stage was made with, and that its functions hold."""
    for value in vars(stage.dataset).values():
        yield from _list_texts(value)
    for wrapper in find_functions(stage.dataset).values():
        yield from _list_texts(wrapper.function.captured_inputs)
        for name, node in list_nodes(wrapper):
            if name == CONSTANT and node.attr["dtype"].type == tf.string.as_datatype_enum:
                yield from node.attr["value"].tensor.string_val


def _list_given(dataset: Any, may_go_on: Callable[[], bool]) -> Iterator[bytes]:
    """The texts that a dataset gives, until it fails if it does."""
    if not any(getattr(each, "dtype", None) == tf.string for each in tf.nest.flatten(dataset.element_spec)):
        return
    try:
        for element in dataset.take(MOST_NAMES):
            yield from _list_texts(tf.nest.flatten(element))
            if not may_go_on():
                return
    except Exception:  # noqa: BLE001  # the turns tell what is wrong with it
        return


def _list_texts(value: Any) -> Iterator[bytes]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _list_texts(each)
    elif isinstance(value, tf.Tensor) and value.dtype == tf.string and hasattr(value, "numpy"):
        texts = value.numpy()
        yield from [texts] if isinstance(texts, bytes) else texts.ravel().tolist()


def _list_files(text: bytes) -> Iterator[str]:
    """The file that a text names, or all files of the folder that it names."""
    if not 0 < len(text) <= LONGEST_NAME or b"\0" in text or b"\n" in text:
        return
    try:
        path = Path(text.decode()).absolute()
        is_folder = path.is_dir() and path != path.parent
    except (UnicodeDecodeError, OSError):
        return
    if is_folder and len(path.parts) > 2:  # noqa: PLR2004  # no folder of the system's root
        yield from itertools.islice(_list_folder(str(path)), MOST_NAMES)
    elif is_data(str(path)):
        yield str(path)


def _list_folder(folder: str, *, is_deep: bool = True) -> Iterator[str]:
    return (str(path) for path in Path(folder).glob("**/*" if is_deep else "*") if is_data(str(path)))
