"""What is installed for this interpreter, from the packages' metadata: nothing of it is imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import Distribution, distributions

from packaging.requirements import InvalidRequirement, Requirement

PLUGINS = "tensorboard_plugins"  # the group of entry points in which TensorBoard looks for its tabs
PROFILE = "profile"  # the name of the Profile tab among them


@dataclass(frozen=True)
class Package:
    """An installed package.

    Args:
        name: Its name in the form that all tools compare: small letters, with hyphens.
        version: Its version, as its metadata say.
        requires: Its requirements, as its metadata say; with a marker where they do not always hold.
        has_profile: True if it brings TensorBoard a Profile tab.
        folder: Where it lies.
        leftovers: Versions of which the same folder has metadata too: files of both may lie there.
    """

    name: str
    version: str
    requires: tuple[str, ...] = ()
    has_profile: bool = False
    folder: str = ""
    leftovers: tuple[str, ...] = ()


Installed = Mapping[str, Package]


def read_installed(found: Iterable[Distribution] | None = None) -> Installed:
    """The packages by name; of one that is installed twice, the one that Python imports.

    Args:
        found: The distributions; those on the import path if not given.
    """
    packages: dict[str, Package] = {}
    for distribution in distributions() if found is None else found:
        package = _describe(distribution)
        if package is None:
            continue
        known = packages.setdefault(package.name, package)
        if known.folder == package.folder and known.version != package.version:
            packages[package.name] = replace(known, leftovers=(*known.leftovers, package.version))
    return packages


def list_requirements(package: Package, extra: str = "") -> tuple[Requirement, ...]:
    """What a package needs here; what cannot be read is left out.

    Args:
        package: The package.
        extra: Name of one of its extras; only what that adds is listed then.
    """
    plain = [each for each in map(_parse, package.requires) if each and _holds(each, "")]
    if not extra:
        return tuple(plain)
    return tuple(each for each in map(_parse, package.requires) if each and _holds(each, extra) and each not in plain)


def normalize(name: str) -> str:
    """The form of a package's name that all tools compare."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _describe(distribution: Distribution) -> Package | None:
    """None for what is left of an installation that was interrupted."""
    try:
        name, version = distribution.metadata["Name"], distribution.version
        has_profile = any(each.group == PLUGINS and each.name == PROFILE for each in distribution.entry_points)
        requires = tuple(distribution.requires or ())
    except (OSError, KeyError, ValueError, TypeError):
        return None
    if not name or not version:
        return None
    return Package(normalize(name), version, requires, has_profile, str(distribution.locate_file("")))


def _parse(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _holds(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})
