"""Describes a dataset without timing it: in a fresh worker if it can be had by name, else in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.calls.given import Given, check_no_worker, read_given
from bench.workers.describing import ask_description
from mnist_core.digits.load import default_source
from reports.record.description import Description


def describe(
    what: str | Callable[..., Any] | Any,
    *,
    arguments: Mapping[str, Any] | None = None,
    select: str | None = None,
    source: str | None = None,
) -> Description:
    """What can be known of a dataset without timing it; at most some elements of it are looked at.

    A text, or a function that a file has by name, is run in a fresh process. A script that gives one needs
    ``if __name__ == "__main__":`` around the call, since that process imports it. What can be had by no name, such as
    a dataset or a lambda, is described in this process: what its stages are would be lost on the way to another.

    Args:
        what: A pipeline as ``path/to/file.py:name`` or ``package.module:name``, the name or text of an ordering, a
            function that makes a dataset, or a ``tf.data.Dataset``.
        arguments: Arguments of the function. It is run in this process if one of them is no literal of Python.
        select: Name or number of the dataset that is meant, where the function gives several.
        source: Text of the pipeline whose dataset the function transforms.

    Raises:
        InputError: It makes no dataset; the message names the file and line.
        WorkerError: The process died or hung.

    Example:
        >>> if __name__ == "__main__":
        ...     description = describe("post")
        ...     [stage.name for stage in description.stages]
        ['from_tensor_slices', 'shuffle', 'map', 'prefetch', 'batch', 'repeat']
    """
    check_no_worker("describe")
    given = read_given(what, arguments or {}, select, source)
    return _describe_here(given) if given.is_here else ask_description(given.subject, default_source())


def _describe_here(given: Given) -> Description:
    from bench.pipelines.describe import describe_dataset  # noqa: PLC0415  # whoever has a dataset has TensorFlow

    return describe_dataset(given.subject, given.make)
