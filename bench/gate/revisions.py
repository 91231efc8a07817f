"""Two git revisions as folders of their own; the repository and its working tree stay as they are."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from mnist_core.language.errors import InputError

PREFIX = "mnist-gate-"  # short: macOS allows a socket's path below it 103 characters
CODE = ".py"
LEFT = ("__pycache__", ".git")  # what Python would read and write for another revision's code, and no data
LOCK = "lock"  # held as long as the gate that made the folder lives, however it ends
PROJECT = "pyproject.toml"  # says what the code depends on, and how it is gated
# What git tells a hook about the repository that called it, and would believe again: git rev-parse --local-env-vars.
OF_ANOTHER_REPOSITORY = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
)


class RevisionError(InputError):
    """A revision cannot be had; the message is one line that says what to do."""


@dataclass(frozen=True)
class Checkout:
    """A revision as a folder.

    Args:
        name: What the user called the revision.
        commit: Hash of the commit; of a working tree, the one that it stands on.
        folder: Folder that holds it.
        is_working_tree: True if it is a copy of the files as they were, committed or not.
    """

    name: str
    commit: str
    folder: Path
    is_working_tree: bool = False


@dataclass(frozen=True)
class Workplace:
    """Both revisions, in one folder that is removed in the end, with whatever else was put there."""

    folder: Path
    base: Checkout
    head: Checkout


@contextmanager
def check_out(base: str, head: str | None, package: str | None, *, inside: Path | None = None) -> Iterator[Workplace]:
    """Both revisions of the repository around `inside`, until the block ends.

    Args:
        base: Revision to compare with, as git knows it.
        head: Revision to judge, as git knows it; None is the working tree: its files that git knows or would add,
            copied as they are.
        package: Name of the package whose code is compared, a folder at the top of the repository; None compares
            whatever is there, and both get what git does not hold.
        inside: Any folder of the repository; None is the present one.

    Raises:
        RevisionError: There is no repository or no such revision, or it holds no such package.
    """
    repository = Repository(inside or Path.cwd())
    repository.remove_stale()
    base_commit, head_commit = repository.find_commit(base), repository.find_commit(head or "HEAD")
    with make_folder() as folder, ExitStack() as stack:
        first = stack.enter_context(repository.add_worktree(base_commit, folder / "base"))
        if head is None:
            second = repository.copy_working_tree(folder / "head", *((package, PROJECT) if package else ()))
        else:
            second = stack.enter_context(repository.add_worktree(head_commit, folder / "head"))
        for name, path in ((base, first), (head or "the working tree", second)):
            if package is None:
                repository.link_data(path)
            elif not (path / package / "__init__.py").is_file():
                raise RevisionError(f"{name} holds no {package}/: give a revision that has it.")
        ours = Checkout("working tree" if head is None else head, head_commit, second, is_working_tree=head is None)
        yield Workplace(folder, Checkout(base, base_commit, first), ours)


class Repository:
    """The git repository around a folder.

    Raises:
        RevisionError: There is none, or git is not installed.
    """

    def __init__(self, inside: Path) -> None:
        self.root = inside
        self.root = Path(self._git("rev-parse", "--show-toplevel").strip())

    def find_commit(self, name: str) -> str:
        """The hash of the commit that a revision names."""
        try:
            return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
        except RevisionError:
            if not name.strip():
                raise RevisionError(f"git knows no revision '{name}': give the name of one, such as main.") from None
            raise RevisionError(f"git knows no revision '{name}'{self._tell_depth()}.") from None

    @contextmanager
    def add_worktree(self, commit: str, folder: Path) -> Iterator[Path]:
        """A worktree of its own for a commit, without the repository's hooks; removed again in the end."""
        try:
            self._git("-c", f"core.hooksPath={os.devnull}", "worktree", "add", "--quiet", "--detach", folder, commit)
            yield folder
        finally:
            self._forget(folder)

    def holds(self, package: str, revision: str | None) -> bool:
        """True if a revision, or the working tree if it is None, has such a package at its top."""
        file = f"{package}/__init__.py"
        if revision is None:
            return (self.root / file).is_file()
        return bool(self._git("ls-tree", "--name-only", self.find_commit(revision), file).strip())

    def copy_working_tree(self, folder: Path, *names: str) -> Path:
        """A copy of what is gated, uncommitted changes and new files included, without what git ignores.

        Args:
            folder: Where it goes.
            *names: Files and folders that are wanted; none means everything, of new files only Python's: the others are
                data, which `link_data` gives to every revision.
        """
        tracked, new = self._list("--cached", "--", *names), self._list_new("--", *names)
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*tracked, *(each for each in new if names or each.endswith(CODE))):
            source, target = self.root / name, folder / name
            if source.is_file() or source.is_symlink():  # neither deleted nor a submodule
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target, follow_symlinks=False)
        return folder

    def link_data(self, folder: Path) -> None:
        """Let a checkout have what git holds of no revision: data, and what is ignored, as links to where they are.

        New files of Python's are left out: they belong to the working tree alone.
        """
        ignored = self._list("--others", "--ignored", "--exclude-standard", "--directory", "--no-empty-directory")
        for name in (*(each for each in self._list_new() if not each.endswith(CODE)), *ignored):
            path = Path(name)
            target = folder / path
            if path.name not in LEFT and not os.path.lexists(target):
                with contextlib.suppress(FileExistsError, NotADirectoryError):  # the revision has a file for a folder
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.symlink_to(self.root / path)

    def _list_new(self, *arguments: str) -> list[str]:
        return self._list("--others", "--exclude-standard", *arguments)

    def _list(self, *arguments: str) -> list[str]:
        """The files that git lists, by their paths from the top."""
        return [name for name in dict.fromkeys(self._git("ls-files", "-z", *arguments).split("\0")) if name]

    def remove_stale(self) -> None:
        """Remove what gates left that were killed."""
        listed = self._git("worktree", "list", "--porcelain").splitlines()
        worktrees = [Path(line.removeprefix("worktree ")) for line in listed if line.startswith("worktree ")]
        ours = [path for path in worktrees if path.parent.name.startswith(PREFIX)]
        for path in ours:
            if not _is_alive(path.parent):
                self._forget(path)
        for folder in {*Path(tempfile.gettempdir()).glob(f"{PREFIX}*"), *(path.parent for path in ours)}:
            if not _is_alive(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _forget(self, worktree: Path) -> None:
        with contextlib.suppress(RevisionError):  # it was never there, or only half
            self._git("worktree", "remove", "--force", "--force", worktree)

    def _tell_depth(self) -> str:
        if self._git("rev-parse", "--is-shallow-repository").strip() != "true":
            return ""
        return ": this clone is shallow; fetch more with git fetch --unshallow, in a workflow with fetch-depth: 0"

    def _git(self, *arguments: str | Path) -> str:
        variables = {name: value for name, value in os.environ.items() if name not in OF_ANOTHER_REPOSITORY}
        try:
            done = subprocess.run(  # noqa: S603  # no shell, and the commands are ours
                ["git", *arguments],  # noqa: S607  # the user's git
                cwd=self.root,
                env=variables,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",
                check=False,
            )
        except FileNotFoundError:
            raise RevisionError("git is not installed, or not on the PATH: a gate needs it.") from None
        if done.returncode:
            words = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
            raise RevisionError(f"git {arguments[0]}: {words.removeprefix('fatal: ')}")
        return done.stdout


@contextmanager
def make_folder() -> Iterator[Path]:
    """A new folder, locked as long as this process lives, removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        unlocked = folder / f".{LOCK}"
        with FileLock(unlocked):
            unlocked.rename(folder / LOCK)  # another gate that finds it unlocked would remove the folder
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_alive(folder: Path) -> bool:
    """True if the gate that made a folder may still be running."""
    if not (folder / LOCK).exists():
        return folder.exists()  # being made right now, or not ours
    try:
        with FileLock(folder / LOCK, timeout=0):
            return False
    except (Timeout, OSError):  # held, or somebody else's
        return True
