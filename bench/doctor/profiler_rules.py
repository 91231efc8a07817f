"""Whether summaries and traces can be written and seen: TensorBoard, its Profile tab, its charts."""

from __future__ import annotations

from collections.abc import Iterator

from bench.doctor.findings import Finding, State
from bench.doctor.installed import Installed
from bench.doctor.package_rules import PLUGIN, XPROF, find_minor, find_tensorflow, find_wanted, name_package

PROFILE_TAB = "Profile tab"
LAST_WITH_RESOURCES = 81  # of setuptools: 82 has no pkg_resources, which TensorBoard before 2.21 imports
FIRST_WITHOUT_NEED = (2, 21)
FIRST_WITHOUT_TENSORBOARD = (2, 21)  # of TensorFlow: tensorflow #110709 made it a package that nobody requires


def check_tensorboard(installed: Installed) -> Iterator[Finding]:
    """Whether TensorBoard is there, starts, and is as old as TensorFlow."""
    board, tensorflow = installed.get("tensorboard"), find_tensorflow(installed)
    if board is None and "tb-nightly" in installed:
        return
    if board is None:
        newer = tensorflow is not None and read_minor(tensorflow.version) >= FIRST_WITHOUT_TENSORBOARD
        yield Finding(
            "tensorboard",
            State.BAD,
            "not installed" + (", since TensorFlow requires it no longer from 2.21 on" if newer else ""),
            "tf.summary and keras.callbacks.TensorBoard fail with TBNotInstalledError, and no log can be shown",
            (f"pip install '{find_wanted(installed, 'tensorboard')}'",),
        )
        return
    setuptools = installed.get("setuptools")
    major = 0 if setuptools is None else read_minor(setuptools.version)[0]
    if read_minor(board.version) < FIRST_WITHOUT_NEED and major > LAST_WITH_RESOURCES:
        yield Finding(
            "tensorboard",
            State.BAD,
            f"{name_package(board)} with setuptools {major}",
            "it imports pkg_resources, which setuptools has no longer from 82 on, and does not start",
            ("pip install 'setuptools<82'",),
        )
    elif tensorflow is not None and find_minor(board.version) != find_minor(tensorflow.version):
        yield Finding(
            "tensorboard",
            State.WARN,
            f"{name_package(board)} with {name_package(tensorflow)}",
            "they are released together: a tab may be empty for what the other writes",
            (f"pip install 'tensorboard=={find_minor(tensorflow.version)}.*'",),
        )
    else:
        yield Finding("tensorboard", State.OK, board.version)


def check_profile_tab(installed: Installed) -> Iterator[Finding]:
    """Whether exactly one package brings TensorBoard a Profile tab, and its two names are of one version."""
    plugin, xprof = installed.get(PLUGIN), installed.get(XPROF)
    bringing = [package for package in installed.values() if package.has_profile]
    if len(bringing) > 1:
        yield Finding(
            PROFILE_TAB,
            State.BAD,
            " and ".join(map(name_package, bringing)),
            "both bring it, and TensorBoard does not start: Duplicate plugins for name profile",
            (f"pip uninstall -y {PLUGIN} {XPROF}", f"pip install '{find_wanted(installed, PLUGIN)}'"),
        )
    elif plugin is not None and not plugin.has_profile and xprof is not None and plugin.version != xprof.version:
        yield Finding(
            PROFILE_TAB,
            State.BAD,
            f"{name_package(plugin)} with {name_package(xprof)}",
            f"the first is an older name of the second and requires exactly {XPROF}=={plugin.version}",
            (f"pip install '{PLUGIN}=={xprof.version}'",),
        )
    elif not bringing:
        yield Finding(
            PROFILE_TAB,
            State.BAD,
            "no profiler plugin is installed",
            "TensorBoard shows no Profile tab; mnist-report trace reads traces without it",
            (f"pip install '{find_wanted(installed, PLUGIN)}'",),
        )
    else:
        names = [name_package(each) for each in (xprof, plugin) if each is not None]
        yield Finding(PROFILE_TAB, State.OK, ", ".join(names or map(name_package, bringing)))


def check_charts(installed: Installed, reached: bool | None) -> Iterator[Finding]:
    """Whether the Profile tab's charts can be drawn."""
    if not any(package.has_profile for package in installed.values()):
        return
    if reached is not False:
        found = "their code can be had from www.gstatic.com" if reached else "not asked for, since a proxy is set"
        yield Finding("charts of the tab", State.OK, found)
        return
    yield Finding(
        "charts of the tab",
        State.WARN,
        "www.gstatic.com cannot be reached from here",
        "the Profile tab loads the code of its charts from there: without internet in the browser its overview, input "
        "pipeline and operations stay empty; mnist-report trace needs none",
        ("mnist-report trace LOGDIR",),
    )


def read_minor(version: str) -> tuple[int, int]:
    """Major and minor version as numbers; 0 where there is none."""
    major, minor, *_ = [*version.split("."), "0"]
    return (_read(major), _read(minor))


def _read(part: str) -> int:
    return int(part) if part.isdecimal() else 0
