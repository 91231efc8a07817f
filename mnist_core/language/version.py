"""The version of the installed distribution, of which these packages are parts, and what the light one may lack."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION, LIGHT = "mnist-bench", "mnist-report"  # the whole; reports alone, without what measures
EXTRAS = {
    **dict.fromkeys(("altair", "jinja2", "markupsafe", "vl_convert"), "charts"),
    "tensorboard": "tensorboard",
    "scipy": "trials",
}  # of the light one, by the package that they bring


def read_version() -> str:
    """The version of the installed distribution, such as ``0.1.0``; of the whole one where both are installed.

    Raises:
        PackageNotFoundError: The packages lie on the path, but nothing was installed.
    """
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return version(LIGHT)


def tell_missing(package: str) -> str:
    """How to install a package that a command cannot do without, on one line; empty for one that has no extra.

    Args:
        package: Name that was imported in vain.
    """
    package = package.partition(".")[0]
    if package not in EXTRAS:
        return ""
    try:
        version(DISTRIBUTION)
    except PackageNotFoundError:
        return f"{package} is not installed: pip install '{LIGHT}[{EXTRAS[package]}]'."
    return f"{package} is not installed: pip install {DISTRIBUTION}."
