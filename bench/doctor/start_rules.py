"""How TensorFlow starts: whether it can be imported, with what Keras computes, and whether its byte code is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.doctor.answer import Answer
from bench.doctor.findings import Finding, State
from bench.doctor.installed import Installed
from bench.doctor.package_rules import find_minor, find_tensorflow
from bench.doctor.readings import ByteCode

ILLEGAL = "SIGILL"  # how the system ends what uses an instruction that the processor has not
BACKEND = "tensorflow"
SET_BACKEND = f"export KERAS_BACKEND={BACKEND}"
OTHER_BACKENDS = "jax|torch|openvino"  # which Keras imports where it is told to compute with them
MOST = 0.5  # of the modules; a few are never compiled, as nothing imports them
OTHERWISE = {"google": "protobuf"}  # modules of TensorFlow's needs whose package has another name
RECIPES = (  # what is in an error's words, and what mends it
    (r"(?i)protobuf|Descriptors cannot be created", "pip install --upgrade protobuf"),
    (r"(?i)numpy|_ARRAY_API", "pip install --force-reinstall numpy"),
)
REINSTALL = "pip install --force-reinstall --no-deps {name}"


def check_import(installed: Installed, answer: Answer) -> Iterator[Finding]:
    """Whether TensorFlow can be imported, and is the one that is installed."""
    package = find_tensorflow(installed)
    name = "tensorflow" if package is None else package.name
    if answer.tensorflow is None:
        if package is None:
            return  # told already
        reason = answer.tensorflow_error or answer.ending or "said nothing"
        yield Finding("import tensorflow", State.BAD, reason, "nothing can be measured or trained", _mend(reason, name))
        return
    if answer.ending is not None:
        yield Finding(
            "import tensorflow",
            State.BAD,
            f"the process that imported it {answer.ending}",
            "a worker may end in the same way, and its case has no numbers",
            ("CUDA_VISIBLE_DEVICES=-1 mnist-bench doctor   # is it the GPU?", *_mend(answer.ending, name)),
        )
        return
    if package is not None and find_minor(answer.tensorflow) != find_minor(package.version):
        yield Finding(
            "import tensorflow",
            State.BAD,
            f"gives {answer.tensorflow}, but {package.name} {package.version} is installed",
            "what a record says of its versions is not what was measured",
            ("python -c 'import tensorflow; print(tensorflow)'",),
        )
        return
    yield Finding("import tensorflow", State.OK, f"gives {answer.tensorflow}")


def check_keras(answer: Answer) -> Iterator[Finding]:
    """Whether Keras can be imported, and computes with TensorFlow."""
    if answer.tensorflow is None:
        return
    if answer.keras is None:
        reason = answer.keras_error
        if reason is not None:  # else the process had ended before, which is told
            yield Finding("import keras", State.BAD, reason, "no model can be built", _mend(reason, "keras"))
        return
    if answer.backend is None or answer.backend == BACKEND:
        yield Finding("import keras", State.OK, f"gives {answer.keras}, which computes with {BACKEND}")
        return
    yield Finding(
        "import keras",
        State.BAD,
        f"computes with {answer.backend}",
        "models are not TensorFlow's: training, devices and traces of this program fail",
        (SET_BACKEND,),
    )


def _mend(reason: str, name: str) -> tuple[str, ...]:
    """What mends an error of an import, as far as its words tell."""
    if ILLEGAL in reason:
        return ("use a machine whose processor has AVX: grep -c avx /proc/cpuinfo",)
    if re.search(f"No module named '({OTHER_BACKENDS})", reason):
        return (SET_BACKEND,)
    missing = re.search(r"No module named '(\w+)", reason)
    if missing:
        return (f"pip install {OTHERWISE.get(missing[1], missing[1].replace('_', '-'))}",)
    found = next((command for pattern, command in RECIPES if re.search(pattern, reason)), None)
    return (found or REINSTALL.format(name=name),)


def check_byte_code(byte_code: ByteCode | None) -> Iterator[Finding]:
    """Whether every start compiles TensorFlow anew."""
    if byte_code is None:
        return
    if byte_code.num_compiled > MOST * byte_code.num_sources:
        yield Finding("byte code", State.OK, "TensorFlow's is there")
        return
    if not byte_code.is_switched_off and byte_code.is_writable:
        yield Finding("byte code", State.OK, "TensorFlow's is written at its first import")
        return
    switched_off = byte_code.is_switched_off
    yield Finding(
        "byte code",
        State.WARN,
        "PYTHONDONTWRITEBYTECODE is set" if switched_off else f"{byte_code.folder} cannot be written to",
        "TensorFlow has none, and every process compiles it anew: its import takes three times as long",
        (f"python -m compileall -q {byte_code.folder}", *(["unset PYTHONDONTWRITEBYTECODE"] if switched_off else [])),
    )
