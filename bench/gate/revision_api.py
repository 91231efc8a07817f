"""What a gate asks of a revision: names of its package's public API, and an introduction.

This runs with the revision's interpreter and imports its package, of which nothing may be taken for granted.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from bench.workers.protocol import Failure, Introduction, encode
from bench.workers.worker import explain
from reports.record.machine import Setting

ASKED: tuple[str, ...] = (
    *("Cache", "Device", "DeviceError", "DeviceInUse", "Digits", "InputError", "ModelName", "NAMED_ORDERINGS"),
    *("NUM_CLASSES", "Ordering", "PipelineSpec", "Placement", "Prefetch", "SIDE", "Say", "Shuffle"),
    *("StepProfiler", "StepWindow", "TrainStep", "build_dataset", "build_model", "check_placement"),
    *("describe_versions", "drop_from_page_cache", "find_ordering", "find_placement", "find_tensor_placement"),
    *("load_digits", "load_source", "parse_ordering", "predict_live_bytes", "say_nothing", "scale_pixels"),
    "use_device",
)
"""All that a worker or an introduction takes from `mnist_core`."""


class UncomparableError(ImportError):
    """The revision cannot be compared; the message is one line."""


def check_age(package: str, text: str) -> None:
    """Check that the package has a public API at all, from the text of its ``__init__.py``; nothing of it is run.

    Raises:
        UncomparableError: It has none.
    """
    if "__all__" not in text:
        raise UncomparableError(
            f"its {package} is older than the public API that a gate asks for, and cannot be compared."
        )


def check_api(package: str) -> None:
    """Check that the package's public API has all that is asked for.

    Raises:
        UncomparableError: It lacks a name.
    """
    known = importlib.import_module(package).__all__
    if missing := sorted(set(ASKED) - set(known)):
        raise UncomparableError(
            f"its {package} has no {missing[0]} in its public API, which this bench asks for, and cannot be compared."
        )


def introduce(source: str, arm: str, num_examples: int) -> Introduction:
    """The introduction of the mnist_core that this process imports."""
    from bench.cases.gate import build_gate_cases  # noqa: PLC0415  # once the API has been checked
    from mnist_core import describe_versions, load_digits  # noqa: PLC0415

    notices: list[str] = []
    digits = load_digits(source, say=notices.append)
    setting = Setting(digits.name, digits.fingerprint, tuple(describe_versions().items()))
    return Introduction(tuple(build_gate_cases(arm, num_examples)), setting, tuple(notices))


def answer(package: str, folder: str, source: str, arm: str, num_examples: str) -> Introduction | Failure:
    """The introduction, or why there is none."""
    try:
        used = Path(str(importlib.import_module(package).__file__)).parent
        if used != Path(folder) / package:
            raise UncomparableError(f"{package} was imported from {used}, not from its revision.")
        check_api(package)
        return introduce(source, arm, int(num_examples))
    except UncomparableError as error:
        return Failure(str(error), bad_input=True)
    except Exception as error:  # noqa: BLE001  # whatever the revision does wrong, the gate must be told
        return explain(error)


def main(*arguments: str) -> None:
    """Write the answer to standard output; what libraries print goes to standard error."""
    descriptor = os.dup(1)
    os.dup2(2, 1)
    os.write(descriptor, encode(answer(*arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
