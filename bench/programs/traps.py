"""Lets a watch be told whatever a program does with datasets: building, consuming, training.

Not all that consumes a dataset calls the same method. A loop asks for an iterator, but in a ``tf.function`` AutoGraph
makes a reduction of it; a distribution strategy takes the dataset and iterates over one of its own; Keras is given it.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.autograph.operators import control_flow

from bench.programs.watch import Watch
from bench.subjects.origins import BASE, note_origins

ITERATOR: Any = next(each for each in tf.data.Iterator.__subclasses__() if each.__name__ == "OwnedIterator")
FUNCTION: Any = type(tf.function(lambda: None))
STRATEGY: Any = tf.distribute.Strategy.__mro__[1]  # StrategyBase, which has the methods
LOOPS: dict[Any, Any] = control_flow.for_loop_registry._registry  # how AutoGraph runs a loop, by what it is over
HOW = {
    "__iter__": "iterated",
    "reduce": "reduced",
    "save": "saved",
    "get_single_element": "read as one element",
    "evaluate": "given to evaluate",
    "predict": "given to predict",
    "fit": "given to fit",
    "validation_data": "given to fit for validation",
    "distribute": "given to a distribution strategy",
    "loop": "iterated in a tf.function",
}

CONFIGURE = (
    (tf.config, "set_visible_devices"),
    (tf.config, "set_logical_device_configuration"),
    (tf.config.experimental, "set_virtual_device_configuration"),
    (tf.config.experimental, "set_memory_growth"),
    (tf.config.threading, "set_inter_op_parallelism_threads"),
    (tf.config.threading, "set_intra_op_parallelism_threads"),
)  # what can be said before TensorFlow's runtime starts, and in a second run of a program comes too late

Trap = Callable[..., Any]  # takes the original, and then what that takes


@contextlib.contextmanager
def set_traps(watch: Watch) -> Iterator[None]:
    """Let the watch be told of all that happens inside; stages remember where they were made."""
    with note_origins(), contextlib.ExitStack() as undo:
        for owner, name, trap in list_traps(watch):
            undo.callback(_put_back, owner, name, vars(owner).get(name))
            setattr(owner, name, _disguise(trap, getattr(owner, name)))
        run_loop = LOOPS[BASE]
        undo.callback(LOOPS.__setitem__, BASE, run_loop)
        LOOPS[BASE] = functools.partial(_loop, watch, run_loop)
        yield


def list_traps(watch: Watch) -> Iterator[tuple[Any, str, Trap]]:
    """The owner, the name and the trap of every method that builds, consumes or trains."""
    yield BASE, "__init__", functools.partial(_build, watch)
    yield BASE, "cache", functools.partial(_cache, watch)
    yield BASE, "__iter__", functools.partial(_iterate, watch)
    for name in ("reduce", "save", "get_single_element"):
        yield BASE, name, functools.partial(_take_whole, watch, HOW[name])
    for name in ("__next__", "get_next"):
        yield ITERATOR, name, functools.partial(_advance, watch)
    yield FUNCTION, "__call__", functools.partial(_call, watch)
    yield tf.GradientTape, "__enter__", functools.partial(_enter_tape, watch)
    yield STRATEGY, "experimental_distribute_dataset", functools.partial(_distribute, watch)
    yield STRATEGY, "distribute_datasets_from_function", functools.partial(_distribute_made, watch)
    yield keras.Model, "fit", functools.partial(_fit, watch)
    for name in ("evaluate", "predict"):
        yield keras.Model, name, functools.partial(_test, watch, HOW[name])
    for module, name in CONFIGURE:
        yield module, name, _configure


def _build(watch: Watch, original: Trap, dataset: Any, *args: Any, **kwargs: Any) -> None:
    original(dataset, *args, **kwargs)
    watch.note_built(dataset)


def _cache(watch: Watch, original: Trap, dataset: Any, *args: Any, **kwargs: Any) -> Any:
    cached = original(dataset, *args, **kwargs)
    if cached is dataset:  # caches are left out, and the numbers of what comes after must be the same
        watch.note_built(dataset)
    return cached


def _iterate(watch: Watch, original: Trap, dataset: Any) -> Any:
    consumed = watch.note_consumed(dataset, HOW["__iter__"])
    iterator = original(dataset)
    if consumed is not None:
        watch.note_iterator(iterator, consumed)
    return iterator


def _advance(watch: Watch, original: Trap, iterator: Any) -> Any:
    watch.note_advance(iterator)
    return original(iterator)


def _take_whole(watch: Watch, how: str, original: Trap, dataset: Any, *args: Any, **kwargs: Any) -> Any:
    watch.note_consumed(dataset, how)
    return original(dataset, *args, **kwargs)


def _call(watch: Watch, original: Trap, function: Any, *args: Any, **kwargs: Any) -> Any:
    with watch.calling((args, kwargs)):
        return original(function, *args, **kwargs)


def _enter_tape(watch: Watch, original: Trap, tape: Any) -> Any:
    watch.note_gradients()
    return original(tape)


def _distribute(watch: Watch, original: Trap, strategy: Any, dataset: Any, *args: Any, **kwargs: Any) -> Any:
    watch.note_consumed(dataset, HOW["distribute"], trains=True)
    return original(strategy, dataset, *args, **kwargs)


def _distribute_made(watch: Watch, original: Trap, strategy: Any, dataset_fn: Any, *args: Any, **kwargs: Any) -> Any:
    if watch.watches():  # TensorFlow would take apart what comes back, so it is asked for here
        made = dataset_fn(tf.distribute.InputContext(1, 0, strategy.num_replicas_in_sync))
        watch.note_consumed(made, HOW["distribute"], trains=True)
    return original(strategy, dataset_fn, *args, **kwargs)


def _fit(watch: Watch, original: Trap, model: Any, *args: Any, **kwargs: Any) -> Any:
    data, held_out = args[0] if args else kwargs.get("x"), kwargs.get("validation_data")
    if isinstance(held_out, BASE):
        watch.note_consumed(held_out, HOW["validation_data"])
    if isinstance(data, BASE):
        watch.note_consumed(data, HOW["fit"], trains=True)
    elif not hasattr(data, "__next__"):  # a generator may iterate over a dataset yet
        watch.refusal = f"gives fit a {type(data).__module__}.{type(data).__qualname__}, which is no tf.data.Dataset"
        watch.stop()
    watch.leave_unnumbered()
    return original(model, *args, **kwargs)


def _test(watch: Watch, how: str, original: Trap, model: Any, *args: Any, **kwargs: Any) -> Any:
    data = args[0] if args else kwargs.get("x")
    if isinstance(data, BASE):
        watch.note_consumed(data, how)
    with watch.ignoring():
        return original(model, *args, **kwargs)


def _loop(watch: Watch, original: Trap, dataset: Any, *args: Any, **kwargs: Any) -> None:
    """What AutoGraph calls for a loop over a dataset: it traces the loop's body here, and runs it later."""
    consumed = watch.note_consumed(dataset, HOW["loop"])
    with watch.looping(consumed):
        original(dataset, *args, **kwargs)
    if consumed is not None:
        watch.note_loop(consumed)


def _configure(original: Trap, *args: Any, **kwargs: Any) -> None:
    with contextlib.suppress(RuntimeError):
        original(*args, **kwargs)


def _disguise(trap: Trap, original: Trap) -> Trap:
    """A method that passes for TensorFlow's own, so that AutoGraph calls it as it is."""

    @functools.wraps(original)
    def method(*args: Any, **kwargs: Any) -> Any:
        return trap(original, *args, **kwargs)

    method.autograph_info__ = True  # type: ignore[attr-defined]  # AutoGraph's own mark
    return method


def _put_back(owner: Any, name: str, original: Any) -> None:
    """Give a class its own method again, or none where it inherits it."""
    if original is None:
        delattr(owner, name)
    else:
        setattr(owner, name, original)
