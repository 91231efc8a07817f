"""Made-up installations, in which every fault can be planted without installing anything."""

from collections.abc import Iterable

from bench.doctor.findings import Finding, State
from bench.doctor.installed import Installed, Package

VERSIONS = {
    "mnist-bench": "0.1.0",
    "tensorflow": "2.21.0",
    "keras": "3.15.1",
    "numpy": "2.4.6",
    "protobuf": "7.36.2",
    "tensorboard": "2.21.0",
    "setuptools": "84.2.1",
    "xprof": "2.24.2",
    "tensorboard-plugin-profile": "2.24.2",
}
REQUIRES = {
    "mnist-bench": ("tensorboard<2.22,>=2.18", "tensorboard-plugin-profile>=2.24", "tensorflow<2.22,>=2.18"),
    "tensorflow": (
        "keras>=3.12.0",
        "numpy>=1.26.0",
        "protobuf<8.0.0,>=6.31.1",
        'nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"',
    ),
    "tensorboard-plugin-profile": ("xprof==2.24.2",),
    "tensorflow-intel": ("keras>=3.12.0",),
}
WITH_PROFILE = ("xprof",)


def install(*without: str, with_profile: Iterable[str] = WITH_PROFILE, **versions: str) -> Installed:
    """A sound installation, changed.

    Args:
        *without: Names of packages that are not installed.
        with_profile: Names of the packages that bring TensorBoard a Profile tab.
        **versions: Versions of packages, with underscores in the names.
    """
    named = {name.replace("_", "-"): version for name, version in versions.items()}
    wanted = {name: version for name, version in {**VERSIONS, **named}.items() if name not in without}
    return {
        name: Package(name, version, REQUIRES.get(name, ()), name in with_profile) for name, version in wanted.items()
    }


def only(findings: Iterable[Finding]) -> Finding:
    """The one finding that there is."""
    (finding,) = findings
    return finding


def wrong(findings: Iterable[Finding]) -> list[tuple[str, State]]:
    """Name and state of each finding that is not fine."""
    return [(finding.name, finding.state) for finding in findings if finding.state is not State.OK]
