"""What the tests share. TensorFlow is imported once, here, without its lines on stderr, where tests run."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from archives import Arrays, encode_npz, make_arrays
from browser import browser  # noqa: F401  # a fixture
from easy_digits import make_digits
from pipeline_files import pipeline_data  # noqa: F401  # a fixture
from process_marker import ProcessMarker

from mnist_core.devices.quiet import import_tensorflow
from mnist_core.digits.load import Digits, load_digits

WARNINGS = (
    "error",  # in tests only: a user's run of the bench must not end because a library warns
    # TensorFlow 2.21 and Keras 3.15 with NumPy 2; it is theirs to mend
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option of tests/snapshots."""
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="write what the commands print now to tests/snapshots/expected instead of comparing with it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make warnings errors, hold the marker `process`, and start TensorFlow in every process that runs tests."""
    config.pluginmanager.register(ProcessMarker(), "process-marker")
    for line in WARNINGS:
        config.addinivalue_line("filterwarnings", line)
    os.environ.pop("PYTEST_XDIST_WORKER", None)  # else what a test starts believes it is a worker
    os.environ.pop("COLUMNS", None)  # of the terminal that the tests run in; readline hands it on to processes
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background; what a test starts inherits it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):  # else it hands out tests only
        _start_tensorflow()


def _start_tensorflow() -> None:
    gc.disable()
    import_tensorflow(find_devices=True)
    from mnist_core.devices.choose import use_device  # noqa: PLC0415  # it imports TensorFlow, quietly by now

    use_device("cpu")  # this process; what is marked gpu runs in others
    gc.set_threshold(50_000)  # instead of 700: models and their graphs are many objects
    gc.enable()


def pytest_collection_finish() -> None:
    """Let no collection walk through all that the imports and the collected tests have made."""
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Take back the seed that an earlier test set; skip what needs a GPU where there is none, all with one line."""
    import tensorflow as tf  # noqa: PLC0415

    tf.random.set_seed(None)
    if item.get_closest_marker("gpu") and not tf.config.list_physical_devices("GPU"):
        pytest.skip("needs a GPU")


def _find_real_mnist() -> Path | None:
    named = os.environ.get("MNIST_CORE_DATA", "")
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    return next((path for path in (Path(named), home / "datasets" / "mnist.npz") if path.is_file()), None)


REAL_MNIST = _find_real_mnist()


@pytest.fixture(scope="session")
def real_mnist_path() -> Path:
    """The real MNIST as an .npz file; the test is skipped where there is none."""
    if REAL_MNIST is None:
        pytest.skip("needs the real MNIST: set MNIST_CORE_DATA to its .npz file")
    return REAL_MNIST


@pytest.fixture(scope="session")
def real_digits(real_mnist_path: Path) -> Digits:
    """The real MNIST; the test is skipped where there is none."""
    return load_digits(str(real_mnist_path))


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test depends on the user's data source, writes to the user's caches or leaves files in the checkout."""
    monkeypatch.delenv("MNIST_CORE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture(scope="session")
def digits() -> Digits:
    """200 + 50 easy digits."""
    return make_digits(200, 50)


@pytest.fixture
def arrays() -> Arrays:
    return make_arrays()


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., str]:
    def save_archive(arrays: Arrays, **options: bool) -> str:
        path = tmp_path / "mine.npz"
        path.write_bytes(encode_npz(arrays, **options))
        return str(path)

    return save_archive


@pytest.fixture(scope="session")
def digits_file(digits: Digits, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The easy digits as an .npz file in Keras' layout."""
    path = tmp_path_factory.mktemp("digits") / "bars.npz"
    arrays = (digits.train_images, digits.train_labels, digits.test_images, digits.test_labels)
    np.savez(path, **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays, strict=True)))
    return str(path)
