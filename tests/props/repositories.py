"""Small git repositories for tests, away from the user's configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
WHO = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")


class GitFolder:
    """A new repository in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def commit(self, **files: str) -> str:
        """Commit all that is there, and give the hash."""
        for name, text in files.items():
            self.write(name, text)
        self.git("add", "--all")
        self.git(*WHO, "commit", "--quiet", "--allow-empty", "--message", "A change")
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607
            cwd=self.folder,
            env={**os.environ, **ALONE},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def worktrees(self) -> list[str]:
        listed = self.git("worktree", "list", "--porcelain").splitlines()
        return [line.removeprefix("worktree ") for line in listed if line.startswith("worktree ")]


def make_gated(folder: Path, settings: str) -> GitFolder:
    """A repository with this project's mnist_core, committed, and a gate's settings."""
    repository = GitFolder(folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "mnist_core", folder / "mnist_core", ignore=ignored)
    repository.write("pyproject.toml", f"[project]\ndependencies = []\n\n[tool.mnist-bench.gate]\n{settings}")
    repository.write(".gitignore", "__pycache__/\nruns/\n")
    repository.commit()
    return repository
