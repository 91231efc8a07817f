"""On what a case was measured: the data and the versions."""

from __future__ import annotations

from dataclasses import dataclass

FINGERPRINT_DIGITS = 12  # shown of a SHA-256: as many as git users are used to; the record has all 64


@dataclass(frozen=True)
class Setting:
    """On what a case was measured. Only what was measured on equal data may be compared.

    Args:
        data_name: What the data are called, such as mnist.npz.
        data_fingerprint: SHA-256 of the data, in hexadecimal digits.
        versions: Names of packages and of Python, each with its version.
    """

    data_name: str
    data_fingerprint: str
    versions: tuple[tuple[str, str], ...]
