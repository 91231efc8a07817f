"""MNIST through Keras' cache: cached, fetched, refused, too slow; never the network."""

from __future__ import annotations

import hashlib
import http.client
import io
import re
import socket
import sys
import threading
import urllib.error
from pathlib import Path

import numpy as np
import pytest
from archives import check_one_line, encode_npz, make_arrays

from mnist_core.digits import keras_mnist, load as digits_module
from mnist_core.digits.arrays import RawDigits
from mnist_core.digits.load import Digits, load_digits

FAKE = encode_npz(make_arrays())


@pytest.fixture
def fake_mnist(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small archive passes for MNIST, nothing can be fetched, nothing is drawn; Keras' cache file, not yet there."""

    def refuse(_cancelled: threading.Event, _timeout_s: float) -> bytes:
        raise AssertionError("fetches, but should not")

    monkeypatch.setattr(keras_mnist, "ARCHIVE_SHA256", hashlib.sha256(FAKE).hexdigest())
    monkeypatch.setattr(keras_mnist, "fetch_archive", refuse)
    drawn = make_arrays(3, 3)
    monkeypatch.setattr(digits_module, "load_synthetic", lambda say: RawDigits(*drawn.values()))
    monkeypatch.setitem(sys.modules, "keras", None)  # importing it is an error
    return keras_mnist.cache_file()


def store(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def load_auto() -> tuple[Digits, list[str]]:
    said: list[str] = []
    digits = load_digits("auto", say=said.append)
    assert all("\n" not in line for line in said)
    return digits, said


@pytest.mark.parametrize("source", ["auto", "mnist"])
def test_cached_mnist_needs_neither_keras_nor_a_network(fake_mnist: Path, source: str) -> None:
    store(fake_mnist, FAKE)
    said: list[str] = []
    digits = load_digits(source, say=said.append)
    assert (digits.name, len(digits.train_images), said) == ("mnist", 5, [])


def test_auto_fetches_and_caches(fake_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_mnist, "fetch_archive", lambda cancelled, timeout_s: FAKE)
    digits, said = load_auto()
    assert (digits.name, said) == ("mnist", [])
    assert fake_mnist.read_bytes() == FAKE
    assert [path.name for path in fake_mnist.parent.iterdir()] == ["mnist.npz"]


def test_auto_goes_without_a_cache_that_cannot_be_written(fake_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_mnist.parent.write_text("a file where the folder should be")
    monkeypatch.setattr(keras_mnist, "_read_cached", lambda: None)
    monkeypatch.setattr(keras_mnist, "fetch_archive", lambda cancelled, timeout_s: FAKE)
    assert load_auto()[0].name == "mnist"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (urllib.error.URLError(socket.gaierror(-2, "Name or service not known")), "Name or service not known"),
        (TimeoutError("timed out"), "within|timed out"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (http.client.IncompleteRead(b"x"), "IncompleteRead"),
    ],
)
def test_auto_falls_back_when_unreachable(
    fake_mnist: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, text: str
) -> None:
    def fail(_cancelled: threading.Event, _timeout_s: float) -> bytes:
        raise error

    monkeypatch.setattr(keras_mnist, "fetch_archive", fail)
    digits, said = load_auto()
    assert (digits.name, len(digits.train_images), len(said)) == ("synthetic", 3, 1)
    assert said[0].startswith("using synthetic digits: mnist is not cached and could not be fetched ")
    assert re.search(text, said[0])
    assert not fake_mnist.exists()


def test_auto_does_not_wait_for_a_slow_transfer(fake_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, ended = threading.Event(), threading.Event()

    def trickle(cancelled: threading.Event, _timeout_s: float) -> bytes:
        started.set()
        cancelled.wait()  # what a transfer does that outlives the deadline: it sees the flag after its next piece
        ended.set()
        return FAKE

    monkeypatch.setattr(keras_mnist, "fetch_archive", trickle)
    monkeypatch.setattr(keras_mnist, "QUICK_DEADLINE_S", 0)
    digits, said = load_auto()
    assert digits.name == "synthetic"
    text = "using synthetic digits: mnist is not cached and could not be fetched within 0 s: "
    assert said == [text + "give the path of an mnist.npz, or use synthetic."]
    assert started.wait(10)
    assert ended.wait(10), "the thread is told to end"
    assert not fake_mnist.exists(), "what comes too late is not stored"


def test_auto_does_not_wait_for_a_name_lookup_that_hangs(fake_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    daemons: list[bool] = []

    def hang(_cancelled: threading.Event, _timeout_s: float) -> bytes:
        daemons.append(threading.current_thread().daemon)
        over.wait()
        return b""

    monkeypatch.setattr(keras_mnist, "fetch_archive", hang)
    monkeypatch.setattr(keras_mnist, "QUICK_DEADLINE_S", 0)
    try:
        assert load_auto()[0].name == "synthetic"
    finally:
        over.set()
    assert daemons == [True], "a hanging thread must not keep the process"


@pytest.mark.parametrize("content", [b"", FAKE[:-1], b"<html>Please log in</html>"])
def test_auto_refuses_what_is_not_mnist(fake_mnist: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(keras_mnist, "fetch_archive", lambda cancelled, timeout_s: content)
    digits, said = load_auto()
    assert digits.name == "synthetic"
    assert re.fullmatch(
        r"using synthetic digits: mnist: what https://.* sent must have the SHA-256 \w{12}, .*", said[0]
    )
    assert not fake_mnist.exists()


@pytest.mark.parametrize("content", [b"", FAKE[:-1]])
def test_auto_falls_back_from_a_damaged_cache_and_leaves_it(fake_mnist: Path, content: bytes) -> None:
    store(fake_mnist, content)
    digits, said = load_auto()
    assert digits.name == "synthetic"
    assert re.fullmatch(
        r"using synthetic digits: mnist: Keras' cached .* must have the SHA-256 .*: delete it, .*", said[0]
    )
    assert fake_mnist.read_bytes() == content


def test_auto_falls_back_from_an_unreadable_cache(fake_mnist: Path) -> None:
    fake_mnist.mkdir(parents=True)
    digits, said = load_auto()
    assert digits.name == "synthetic"
    assert "must be readable, got 'Is a directory'" in said[0]


class Response(io.BytesIO):
    """What urlopen returns; it may set an event after a number of pieces."""

    def __init__(self, content: bytes, cancelled: threading.Event | None = None) -> None:
        super().__init__(content)
        self.cancelled, self.pieces = cancelled, 0

    def read(self, size: int | None = -1) -> bytes:
        self.pieces += 1
        if self.cancelled is not None:
            self.cancelled.set()
        return super().read(size)


def answer(monkeypatch: pytest.MonkeyPatch, response: Response) -> list[float]:
    timeouts: list[float] = []

    def urlopen(address: str, timeout: float) -> Response:
        assert address == "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
        timeouts.append(timeout)
        return response

    monkeypatch.setattr(keras_mnist.urllib.request, "urlopen", urlopen)
    return timeouts


def test_fetch_reads_to_the_end_with_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytes(range(256)) * 1000
    timeouts = answer(monkeypatch, Response(content))
    assert keras_mnist.fetch_archive(threading.Event(), 2.0) == content
    assert timeouts == [2.0]


def test_fetch_stops_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = threading.Event()
    answer(monkeypatch, response := Response(bytes(10**6), cancelled))
    assert len(keras_mnist.fetch_archive(cancelled, 2.0)) == keras_mnist.PIECE_BYTES
    assert response.pieces == 1


def test_fetch_of_a_page_without_end_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_mnist, "MAX_ARCHIVE_BYTES", 10**5)
    answer(monkeypatch, Response(bytes(10**6)))
    assert len(keras_mnist.fetch_archive(threading.Event(), 2.0)) == 2 * keras_mnist.PIECE_BYTES


def test_mnist_is_downloaded_patiently_and_cached(fake_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts: list[float] = []

    def fetch(_cancelled: threading.Event, timeout_s: float) -> bytes:
        timeouts.append(timeout_s)
        return FAKE

    monkeypatch.setattr(keras_mnist, "fetch_archive", fetch)
    store(fake_mnist, FAKE[:-1])  # damaged: it is fetched anew
    said: list[str] = []
    assert load_digits("mnist", say=said.append).name == "mnist"
    assert said == [f"downloading MNIST, 11.5 MB, from {keras_mnist.ORIGIN}"]
    assert timeouts == [60]
    assert fake_mnist.read_bytes() == FAKE
    assert load_digits("mnist", say=said.append).name == "mnist"
    assert (len(said), timeouts) == (1, [60]), "the second time it comes from the cache"


@pytest.mark.parametrize(
    ("answered", "text"),
    [
        (
            urllib.error.URLError("[Errno -3] Temporary\nfailure"),
            r"mnist could not be downloaded \(.*-3\] Temporary failure.*\): ",
        ),
        (
            http.client.IncompleteRead(b"x"),
            r"mnist could not be downloaded \(.*IncompleteRead.*\): ",
        ),
        (
            FAKE[:-1],
            r"mnist: what https://.* sent must have the SHA-256 .*: ",
        ),
    ],
)
def test_mnist_that_cannot_be_downloaded_is_one_line(
    fake_mnist: Path, monkeypatch: pytest.MonkeyPatch, answered: Exception | bytes, text: str
) -> None:
    def fetch(_cancelled: threading.Event, _timeout_s: float) -> bytes:
        if isinstance(answered, Exception):
            raise answered
        return answered

    monkeypatch.setattr(keras_mnist, "fetch_archive", fetch)
    store(fake_mnist, b"damaged")
    check_one_line("mnist", rf"{text}give the path of an mnist\.npz, or use synthetic\.")
    assert fake_mnist.read_bytes() == b"damaged", "the user's file stays"


def test_origin_and_hash_are_those_of_keras() -> None:
    source = Path(pytest.importorskip("keras.src.datasets.mnist").__file__).read_text(encoding="utf-8")
    assert keras_mnist.ARCHIVE_SHA256 in source
    assert keras_mnist.ORIGIN.removesuffix("mnist.npz") in source


def test_cache_file_is_where_keras_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "elsewhere"))
    assert keras_mnist.cache_file() == tmp_path / "elsewhere" / "datasets" / "mnist.npz"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", "~/in-home")
    assert keras_mnist.cache_file() == tmp_path / "in-home" / "datasets" / "mnist.npz"
    monkeypatch.delenv("KERAS_HOME")
    assert keras_mnist.cache_file() == tmp_path / ".keras" / "datasets" / "mnist.npz"


def test_cache_file_is_in_the_temporary_folder_where_keras_cannot_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras_mnist, "TEMPORARY", str(tmp_path / "temporary"))
    monkeypatch.setattr(keras_mnist.tempfile, "gettempdir", lambda: str(tmp_path / "other"))
    monkeypatch.setattr(keras_mnist.os, "access", lambda path, mode: False)
    assert keras_mnist.cache_file() == tmp_path / "other" / ".keras" / "datasets" / "mnist.npz"
    (tmp_path / "temporary").mkdir()
    assert keras_mnist.cache_file() == tmp_path / "temporary" / ".keras" / "datasets" / "mnist.npz"
    monkeypatch.setenv("KERAS_HOME", "")
    assert keras_mnist.cache_file() == tmp_path / "temporary" / ".keras" / "datasets" / "mnist.npz"


def test_real_mnist_loads_with_its_known_labels(real_mnist_path: Path) -> None:
    digits = load_digits(str(real_mnist_path))
    assert digits.name == real_mnist_path.name
    assert digits.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert digits.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(digits.train_labels)[[0, 9]].tolist() == [5923, 5949]
