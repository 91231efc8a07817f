"""MNIST itself, through Keras' cache: read where it is there, else fetched from where Keras has it, without Keras.

Nothing is believed before its SHA-256 is the one that Keras knows, and nothing enters Keras' cache but whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import io
import os
import tempfile
import threading
import urllib.request
from concurrent import futures
from pathlib import Path

from mnist_core.digits.archive import describe, read_archive
from mnist_core.digits.arrays import RawDigits
from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError
from mnist_core.language.say import Say, say_nothing

# Source: keras/src/datasets/mnist.py
ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
ARCHIVE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
FILE_NAME = "mnist.npz"
TEMPORARY = "/tmp"  # noqa: S108 - where Keras caches when its home cannot be written

QUICK_DEADLINE_S = 5.0  # what `auto` may cost a user who did not ask for a download
QUICK_SOCKET_S = 2.0  # a firewall that swallows packets is told from a slow server sooner than that
PATIENT_SOCKET_S = 60.0  # a dead connection would be waited for without end
PIECE_BYTES = 2**16
MAX_ARCHIVE_BYTES = 2**25  # three times MNIST's 11.5 MB: a login page without end must not fill the memory

WHAT_ELSE = "give the path of an mnist.npz, or use synthetic."


def cache_file() -> Path:
    """Where Keras caches MNIST, found as Keras finds it, but without its import, which takes seconds.

    Source: keras/src/backend/config.py (`keras_home`) and keras/src/utils/file_utils.py (`get_file`).
    """
    home = os.path.expanduser("~")  # noqa: PTH111 - Path's raises where there is no home, as in some containers
    default = f"{home if os.access(home, os.W_OK) else TEMPORARY}/.keras"
    base = os.path.expanduser(os.environ.get("KERAS_HOME", default))  # noqa: PTH111 - "" stays "", a Path would be "."
    with contextlib.suppress(OSError):
        os.makedirs(base, exist_ok=True)  # noqa: PTH103 - as Keras' import does: what is not there is not writable
    if not os.access(base, os.W_OK):
        base = f"{TEMPORARY if Path(TEMPORARY).is_dir() else tempfile.gettempdir()}/.keras"
    return Path(base, "datasets", FILE_NAME)


def load_mnist(*, say: Say = say_nothing) -> RawDigits:
    """MNIST from Keras' cache, or downloaded, however long that takes, and then cached there.

    Args:
        say: Is given a line before the download.

    Raises:
        InputError: It cannot be had.
    """
    try:
        archive = _read_cached()
    except InputError:  # damaged: it is fetched anew
        archive = None
    if archive is None:
        say(f"downloading MNIST, 11.5 MB, from {ORIGIN}")
        try:
            archive = fetch_archive(threading.Event(), PATIENT_SOCKET_S)
        except (OSError, http.client.HTTPException) as error:
            raise InputError(f"mnist could not be downloaded ({describe(error)}): {WHAT_ELSE}") from error
        _keep(archive)
    return read_archive(io.BytesIO(archive), FILE_NAME)


def load_mnist_quickly() -> RawDigits:
    """MNIST from Keras' cache, or fetched within a few seconds and then cached there.

    Raises:
        InputError: It cannot be had so soon, or the cached file is damaged, which is left as it is.
    """
    archive = _read_cached()
    if archive is None:
        archive = _fetch_within(QUICK_DEADLINE_S)
        _keep(archive)
    return read_archive(io.BytesIO(archive), FILE_NAME)


def _read_cached() -> bytes | None:
    """The cached archive, its hash checked; None if there is none."""
    path = cache_file()
    try:
        archive = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"mnist: Keras' cached {path} must be readable, got {error.strerror!r}.") from error
    _check_hash(archive, f"Keras' cached {path}", "delete it, or ask for mnist, which fetches it anew.")
    return archive


def _check_hash(archive: bytes, what: str, next_step: str) -> None:
    found = hashlib.sha256(archive).hexdigest()
    if found != ARCHIVE_SHA256:
        raise InputError(f"mnist: {what} must have the SHA-256 {ARCHIVE_SHA256[:12]}, got {found[:12]}: {next_step}")


def _keep(archive: bytes) -> None:
    """Check what was fetched, and cache it; a cache that cannot be written costs the next run a download, no more."""
    _check_hash(archive, f"what {ORIGIN} sent", WHAT_ELSE)
    with contextlib.suppress(OSError):
        write_whole(cache_file(), archive)


def fetch_archive(cancelled: threading.Event, timeout_s: float) -> bytes:
    """The archive from Keras' origin, kept in memory, unchecked; what there is so far once `cancelled` is set.

    Args:
        cancelled: Set by whoever does not wait for the archive any more.
        timeout_s: Seconds without a byte after which the connection is given up.
    """
    archive = bytearray()
    with urllib.request.urlopen(ORIGIN, timeout=timeout_s) as response:
        while len(archive) <= MAX_ARCHIVE_BYTES and not cancelled.is_set() and (piece := response.read(PIECE_BYTES)):
            archive += piece
    return bytes(archive)


def _fetch_within(deadline_s: float) -> bytes:
    """The archive, unchecked, if it can be fetched in time.

    It runs in a daemon thread, because a socket's timeout covers neither the name lookup nor a transfer that trickles.
    The thread holds bytes, no file, so one that is left behind can leave nothing half-written.
    """
    brought: futures.Future[bytes] = futures.Future()
    cancelled = threading.Event()

    def run() -> None:
        try:
            brought.set_result(fetch_archive(cancelled, QUICK_SOCKET_S))
        except (OSError, http.client.HTTPException) as error:
            brought.set_exception(error)

    threading.Thread(target=run, name="fetch-mnist", daemon=True).start()
    try:
        return brought.result(timeout=deadline_s)
    except futures.TimeoutError:
        raise InputError(f"mnist is not cached and could not be fetched within {deadline_s:g} s: {WHAT_ELSE}") from None
    except (OSError, http.client.HTTPException) as error:
        raise InputError(f"mnist is not cached and could not be fetched ({describe(error)}): {WHAT_ELSE}") from error
    finally:
        cancelled.set()
