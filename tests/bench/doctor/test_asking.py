"""TensorFlow asked in a process of its own, which may lie, die or hang; and a connection that is tried."""

import socket
import sys

import pytest

from bench.doctor.answer import MARK, Answer, SeenGpu, parse_answer
from bench.doctor.asking import ask_tensorflow, reach_charts

GPUS = f'{MARK}{{"gpus": [["NVIDIA H200", [9, 0]], ["GPU:1", null]]}}'
LOADER = "I0000 00:00 dso_loader.cc:144] Could not load dynamic library 'libcudnn.so.9'; dlerror: libcudnn.so.9: cannot"


def test_lines_of_others_are_no_answer() -> None:
    output = f'hello\n{MARK}{{"tensorflow": "2.21.0"}}\n{{"keras": "1"}}\n{MARK}{{"keras": "3.15.1"}}\n{GPUS}\n'
    answer = parse_answer(output, "", 0, 9.0)
    assert (answer.tensorflow, answer.keras, answer.ending) == ("2.21.0", "3.15.1", None)
    assert answer.gpus == (SeenGpu("NVIDIA H200", (9, 0)), SeenGpu("GPU:1", None))


@pytest.mark.parametrize(
    ("exit_code", "said", "ending"),
    [
        (0, "a warning", None),
        (3, "", "ended with exit code 3"),
        (-4, "", "ended with SIGILL"),
        (-11, "first\nlast words\n\n", "ended with SIGSEGV: last words"),
        (-99, "", "ended with signal 99"),
        (None, "", "gave no answer within 9 s"),
    ],
)
def test_how_the_process_ended(exit_code: int | None, said: str, ending: str | None) -> None:
    assert parse_answer("", said, exit_code, 9.0) == Answer(ending=ending)


def test_libraries_that_could_not_be_loaded_are_named_once() -> None:
    assert parse_answer("", f"{LOADER}\n{LOADER}\n", 0, 9.0).not_loaded == ("libcudnn.so.9",)


def ask(script: str, limit_s: float = 60.0) -> tuple[Answer, list[float]]:
    waited: list[float] = []
    return ask_tensorflow(waited.append, command=[sys.executable, "-c", script], limit_s=limit_s), waited


@pytest.mark.process
@pytest.mark.parametrize(
    ("planted", "error"),
    [
        ("raise ImportError('one\\ntwo')", "ImportError: one"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("", "AttributeError: module 'tensorflow' has no attribute '__version__'"),
    ],
)
def test_an_import_that_fails_is_an_answer(planted: str, error: str) -> None:
    script = f"""
import os, sys, tempfile
with tempfile.TemporaryDirectory() as folder:
    sys.path.insert(0, folder)
    with open(os.path.join(folder, "tensorflow.py"), "w") as file:
        file.write({planted!r})
    from bench.doctor.answer import say_all
    say_all()
"""
    answer, _ = ask(script)
    assert (answer.tensorflow, answer.tensorflow_error, answer.ending) == (None, error, None)


@pytest.mark.process
def test_what_cannot_be_told_after_the_import_is_told_as_trouble_and_the_rest_is_kept() -> None:
    script = """
import sys, types
tensorflow = types.SimpleNamespace(__version__="2.21.0", sysconfig=types.SimpleNamespace(get_build_info=dict))
keras = types.SimpleNamespace(__version__="3.15.1", backend=types.SimpleNamespace(backend=lambda: "jax"))
sys.modules.update(tensorflow=tensorflow, keras=keras)
print("not an answer")
from bench.doctor.answer import say_all
say_all()
print("this goes to standard error")
"""
    assert ask(script)[0] == Answer(
        tensorflow="2.21.0",
        keras="3.15.1",
        backend="jax",
        is_cuda_build=False,
        trouble="AttributeError: 'types.SimpleNamespace' object has no attribute 'config'",
    )


@pytest.mark.process
def test_what_was_said_before_the_process_died_is_kept() -> None:
    answer, _ = ask(f'print(\'{MARK}{{"tensorflow": "2.21.0"}}\', flush=True); import os; os.abort()')
    assert (answer.tensorflow, answer.ending) == ("2.21.0", "ended with SIGABRT")


@pytest.mark.process
def test_a_process_that_hangs_is_ended_with_all_that_it_started() -> None:
    hang = "import subprocess, sys, threading; subprocess.Popen(['sleep', '600']); threading.Event().wait()"
    answer, waited = ask(hang, limit_s=1.0)
    assert answer == Answer(ending="gave no answer within 1 s")
    assert waited == [0.5, 1.0]


def test_a_connection_is_tried_and_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.getproxies", dict)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert reach_charts(address) is True
        connection, _ = server.accept()
        with connection:
            assert connection.recv(1) == b""
    assert reach_charts(address) is False
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": "http://proxy:3128"})
    assert reach_charts(address) is None
