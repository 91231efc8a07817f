"""How TensorFlow starts: a broken import in all its ways, Keras' backend, byte code."""

import pytest
from installations import install, only

from bench.doctor.answer import Answer
from bench.doctor.findings import State
from bench.doctor.readings import ByteCode
from bench.doctor.start_rules import check_byte_code, check_import, check_keras

SOUND = Answer(tensorflow="2.21.0", keras="3.15.1", backend="tensorflow")


def test_an_import_that_works_is_fine() -> None:
    assert only(check_import(install(), SOUND)).found == "gives 2.21.0"


@pytest.mark.parametrize(
    ("error", "command"),
    [
        ("ModuleNotFoundError: No module named 'opt_einsum'", "pip install opt-einsum"),
        ("ModuleNotFoundError: No module named 'google.protobuf'", "pip install protobuf"),
        ("VersionError: Detected mismatched Protobuf Gencode/Runtime", "pip install --upgrade protobuf"),
        ("TypeError: Descriptors cannot be created directly.", "pip install --upgrade protobuf"),
        ("ImportError: numpy.core.multiarray failed to import", "pip install --force-reinstall numpy"),
        ("ImportError: DLL load failed", "pip install --force-reinstall --no-deps tensorflow"),
    ],
)
def test_an_import_that_fails_is_bad_and_told_with_its_cure(error: str, command: str) -> None:
    finding = only(check_import(install(), Answer(tensorflow_error=error)))
    assert (finding.state, finding.found, finding.mend) == (State.BAD, error, (command,))


def test_a_processor_without_avx_ends_the_process() -> None:
    finding = only(check_import(install(), Answer(ending="ended with SIGILL")))
    assert (finding.state, finding.found) == (State.BAD, "ended with SIGILL")
    assert finding.mend == ("use a machine whose processor has AVX: grep -c avx /proc/cpuinfo",)


def test_a_process_that_dies_after_the_import_is_bad_too() -> None:
    finding = only(check_import(install(), Answer(tensorflow="2.21.0", ending="ended with SIGSEGV")))
    assert (finding.state, finding.found) == (State.BAD, "the process that imported it ended with SIGSEGV")
    assert finding.mend[0] == "CUDA_VISIBLE_DEVICES=-1 mnist-bench doctor   # is it the GPU?"


def test_what_is_imported_must_be_what_is_installed() -> None:
    finding = only(check_import(install(), Answer(tensorflow="2.18.1")))
    assert (finding.state, finding.found) == (State.BAD, "gives 2.18.1, but tensorflow 2.21.0 is installed")
    assert only(check_import(install(), Answer(tensorflow="2.21.1"))).state is State.OK


def test_what_is_not_installed_is_told_elsewhere() -> None:
    missing = install("tensorflow")
    assert (
        list(check_import(missing, Answer(tensorflow_error="ModuleNotFoundError: No module named 'tensorflow'"))) == []
    )
    assert only(check_import(missing, SOUND)).state is State.OK


def test_keras_computes_with_tensorflow_or_is_bad() -> None:
    assert only(check_keras(SOUND)).found == "gives 3.15.1, which computes with tensorflow"
    finding = only(check_keras(Answer(tensorflow="2.21.0", keras="3.15.1", backend="jax")))
    assert (finding.state, finding.found) == (State.BAD, "computes with jax")
    assert finding.mend == ("export KERAS_BACKEND=tensorflow",)


def test_keras_that_lacks_another_backend_is_told_to_compute_with_tensorflow() -> None:
    finding = only(check_keras(Answer(tensorflow="2.21.0", keras_error="ModuleNotFoundError: No module named 'jax'")))
    assert (finding.state, finding.mend) == (State.BAD, ("export KERAS_BACKEND=tensorflow",))


def test_keras_that_cannot_be_imported_is_bad_and_told_once() -> None:
    error = "ModuleNotFoundError: No module named 'optree'"
    finding = only(check_keras(Answer(tensorflow="2.21.0", keras_error=error)))
    assert (finding.state, finding.mend) == (State.BAD, ("pip install optree",))
    assert list(check_keras(Answer(tensorflow="2.21.0", ending="ended with SIGSEGV"))) == []
    assert list(check_keras(Answer(tensorflow_error="ImportError: x"))) == []


@pytest.mark.parametrize(
    ("num_compiled", "is_switched_off", "is_writable", "state"),
    [
        (51, True, False, State.OK),
        (50, True, True, State.WARN),
        (50, False, False, State.WARN),
        (0, False, True, State.OK),
    ],
)
def test_byte_code_is_there_or_can_be_written(
    num_compiled: int, is_switched_off: bool, is_writable: bool, state: State
) -> None:
    finding = only(check_byte_code(ByteCode(100, num_compiled, is_switched_off, is_writable, "/lib/tensorflow")))
    assert finding.state is state


def test_byte_code_is_mended_by_compiling_and_by_the_variable() -> None:
    switched_off = only(check_byte_code(ByteCode(100, 0, True, True, "/lib/tensorflow")))
    assert switched_off.found == "PYTHONDONTWRITEBYTECODE is set"
    assert switched_off.mend == ("python -m compileall -q /lib/tensorflow", "unset PYTHONDONTWRITEBYTECODE")
    read_only = only(check_byte_code(ByteCode(100, 0, False, False, "/lib/tensorflow")))
    assert (read_only.found, len(read_only.mend)) == ("/lib/tensorflow cannot be written to", 1)


def test_byte_code_of_nothing_is_not_told() -> None:
    assert list(check_byte_code(None)) == []
