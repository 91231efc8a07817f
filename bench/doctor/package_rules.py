"""Which packages fit together: TensorFlow and Python, requirements, two wheels of one package, Keras 2, our own."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Mapping, Sequence

from packaging.requirements import Requirement

from bench.doctor.findings import Finding, State
from bench.doctor.installed import Installed, Package, list_requirements, normalize
from bench.doctor.readings import Interpreter
from mnist_core.language.version import DISTRIBUTION

PLUGIN, XPROF = "tensorboard-plugin-profile", "xprof"  # two names of one package, the first the older
SUITE = ("tensorflow", "keras", "tf-keras", "tensorboard", XPROF, PLUGIN, DISTRIBUTION)
TOLD = ("tensorflow", "keras", "numpy", "protobuf")
TENSORFLOWS = (
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tensorflow-intel",
    "tensorflow-rocm",
    "tensorflow-macos",
    "tensorflow-aws",
    "tensorflow-cpu-aws",
    "intel-tensorflow",
    "intel-tensorflow-avx512",
    "tf-nightly",
    "tf-nightly-cpu",
)
TWINS: Mapping[str, tuple[str, ...]] = {  # wheels that write into the same folder
    "tensorflow": TENSORFLOWS,
    "keras": ("keras", "keras-nightly"),
    "tensorboard": ("tensorboard", "tb-nightly", "tensorflow-tensorboard"),
}
PYTHONS = ((3, 10), (3, 13))  # the first and the last that TensorFlow 2.21 has wheels for
OLDER_PYTHONS = {  # of earlier ones, by PyPI's own list of files
    "2.20": ((3, 9), (3, 13)),
    "2.19": ((3, 9), (3, 12)),
    "2.18": ((3, 9), (3, 12)),
    "2.17": ((3, 9), (3, 12)),
    "2.16": ((3, 9), (3, 12)),
}
CUDA_EXTRA = "and-cuda"
LEGACY = "TF_USE_LEGACY_KERAS"
SWITCHED_ON = ("true", "True", "1")  # Source: tensorflow/__init__.py, which knows no other spelling
OWN_RULES = {"tensorflow", "tensorboard", XPROF, PLUGIN}  # told in full if they are missing


def find_tensorflow(installed: Installed) -> Package | None:
    """The wheel that brings TensorFlow; the first of several."""
    return next((installed[name] for name in TENSORFLOWS if name in installed), None)


def find_minor(version: str) -> str:
    """Major and minor version, such as ``2.21``."""
    return ".".join(version.split(".")[:2])


def name_package(package: Package) -> str:
    """Its name and version."""
    return f"{package.name} {package.version}"


def find_wanted(installed: Installed, name: str) -> str:
    """What pip is to install so that it suits us, such as ``tensorflow<2.22,>=2.21``."""
    ours = installed.get(DISTRIBUTION)
    found = () if ours is None else (each for each in list_requirements(ours) if normalize(each.name) == name)
    return next((_strip(each) for each in found), name)


def check_own_version(installed: Installed) -> Iterator[Finding]:
    """Our own version."""
    ours = installed.get(DISTRIBUTION)
    if ours is not None:
        yield Finding(DISTRIBUTION, State.OK, ours.version)
        return
    yield Finding(
        DISTRIBUTION,
        State.WARN,
        "lies on the import path and is not installed",
        "nobody has checked that what it needs is there, and --version fails",
        ("pip install -e .",),
    )


def check_python(interpreter: Interpreter, installed: Installed) -> Iterator[Finding]:
    """Whether TensorFlow has wheels for this Python."""
    tensorflow = find_tensorflow(installed)
    minor = "2.21" if tensorflow is None else find_minor(tensorflow.version)
    first, last = OLDER_PYTHONS.get(minor, PYTHONS)
    version = ".".join(map(str, interpreter.version))
    reasons = [
        reason
        for reason, holds in (
            (f"{interpreter.implementation} {version}", interpreter.implementation != "CPython"),
            (f"Python {version}", not first <= interpreter.version <= last),
            (f"Python {version} without the global lock", interpreter.is_free_threaded),
            (f"Python {version} on a Linux without glibc", interpreter.is_musl),
        )
        if holds
    ]
    if not reasons:
        yield Finding("Python", State.OK, version)
        return
    supported = f"{'.'.join(map(str, first))} to {'.'.join(map(str, last))}"
    yield Finding(
        "Python",
        State.BAD if tensorflow is None else State.WARN,
        reasons[0],
        f"TensorFlow {minor} has no wheels for it, only for CPython {supported} with glibc",
        ("python3.12 -m venv .venv",),
    )


def check_tensorflow(installed: Installed) -> Iterator[Finding]:
    """Whether any TensorFlow is installed."""
    if find_tensorflow(installed) is None:
        wanted = find_wanted(installed, "tensorflow")
        yield Finding(
            "tensorflow", State.BAD, "not installed", "nothing can be measured or trained", (f"pip install '{wanted}'",)
        )


def check_twins(installed: Installed) -> Iterator[Finding]:
    """Whether two wheels have written into one folder; one that brings the other along is no second."""
    for name, wheels in TWINS.items():
        there = [installed[wheel] for wheel in wheels if wheel in installed]
        brought = {normalize(each.name) for package in there for each in list_requirements(package)}
        alone = [package for package in there if package.name not in brought]
        if len(alone) < 2:  # noqa: PLR2004  # two are one too many
            continue
        kept = alone[0]
        yield Finding(
            f"two {name} wheels",
            State.BAD,
            " and ".join(map(name_package, alone)),
            f"both write into the folder {name}, and what is imported is a mixture of both",
            (
                f"pip uninstall -y {' '.join(package.name for package in there)}",
                f"pip install '{kept.name}=={kept.version}'",
            ),
        )


def check_leftovers(installed: Installed) -> Iterator[Finding]:
    """Whether an installation that was interrupted has left two versions of a package of the suite in one folder."""
    for name in dict.fromkeys((*SUITE, *TENSORFLOWS, *TOLD)):
        package = installed.get(name)
        if package is not None and package.leftovers:
            yield Finding(
                name,
                State.BAD,
                f"both {' and '.join((package.version, *package.leftovers))} say that they are installed",
                "files of both may lie there, and nobody can say which version is imported",
                (f"pip uninstall -y {name}   # until none is left", f"pip install '{find_wanted(installed, name)}'"),
            )


def check_requirements(installed: Installed) -> Iterator[Finding]:
    """Whether the packages of the suite have what they require; one finding where all fit together."""
    asked: dict[str, list[tuple[Package, Requirement]]] = {}
    for package, requirement in _list_asked(installed):
        asked.setdefault(normalize(requirement.name), []).append((package, requirement))
    broken = [finding for name, by in asked.items() for finding in _check(installed.get(name), name, by)]
    yield from broken
    if not broken:
        told = [name_package(installed[name]) for name in TOLD if name in installed]
        yield Finding("packages", State.OK, f"{', '.join(told) or 'those that are there'} fit together")


def _list_asked(installed: Installed) -> Iterator[tuple[Package, Requirement]]:
    """What the packages of the suite require, each with the one that does; of CUDA's libraries only those there."""
    is_doubled = sum(package.has_profile for package in installed.values()) > 1
    for name in (*SUITE, *TENSORFLOWS[1:]):
        if name not in installed or (name == PLUGIN and is_doubled):
            continue  # of two plugins one is to go, with what it requires
        package = installed[name]
        for requirement in list_requirements(package):
            if (name, normalize(requirement.name)) != (PLUGIN, XPROF):  # which has a rule of its own
                yield package, requirement
        for requirement in list_requirements(package, CUDA_EXTRA):
            if normalize(requirement.name) in installed:
                yield package, requirement


def _check(there: Package | None, name: str, asked: Sequence[tuple[Package, Requirement]]) -> Iterator[Finding]:
    """Whether one package suits all that require it; what mends it suits all of them too."""
    if there is None and name in OWN_RULES:
        return
    broken = [(package, requirement) for package, requirement in asked if not _suits(there, requirement)]
    if not broken:
        return
    wanted = functools.reduce(operator.and_, (requirement.specifier for _, requirement in asked))
    yield Finding(
        name,
        State.BAD,
        "not installed" if there is None else there.version,
        f"{' and '.join(f'{name_package(each)} requires {_strip(requirement)}' for each, requirement in broken)}, "
        "and may fail as it is imported or first used",
        (f"pip install '{name}{wanted}'",),
    )


def _suits(package: Package | None, requirement: Requirement) -> bool:
    return package is not None and requirement.specifier.contains(package.version, prereleases=True)


def _strip(requirement: Requirement) -> str:
    """Without the marker and the extras."""
    return f"{requirement.name}{requirement.specifier}"


def check_legacy_keras(installed: Installed, variables: Mapping[str, str]) -> Iterator[Finding]:
    """Whether Keras 2 is asked for, and there."""
    value, legacy = variables.get(LEGACY, ""), installed.get("tf-keras")
    if value not in SWITCHED_ON:
        return
    if legacy is None:
        tensorflow = find_tensorflow(installed)
        wanted = "tf-keras" if tensorflow is None else f"tf-keras~={find_minor(tensorflow.version)}.0"
        yield Finding(
            "Keras 2",
            State.BAD,
            f"{LEGACY}={value} and tf-keras is not installed",
            "tf.keras fails where it is first used",
            (f"unset {LEGACY}", f"pip install '{wanted}'"),
        )
        return
    yield Finding(
        "Keras 2",
        State.WARN,
        f"{LEGACY}={value} and {name_package(legacy)}",
        "tf.keras is Keras 2 and keras is Keras 3: models of one do not fit the other, and both are of other speeds",
        (f"unset {LEGACY}",),
    )
