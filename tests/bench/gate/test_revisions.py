"""Two revisions as folders, in real repositories: what is in them, what is left behind, and what cannot be had."""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from repositories import GitFolder

from bench.gate.revisions import PREFIX, Repository, RevisionError, check_out

pytestmark = pytest.mark.process

CORE = "mnist_core/__init__.py"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made; what another gate on this machine does is out of sight."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    """Two commits: the text of mnist_core is old, then new."""
    made = GitFolder(tmp_path / "repository")
    made.write(CORE, "old")
    made.commit(**{"pyproject.toml": "", ".gitignore": "*.log\n"})
    made.write(CORE, "new")
    made.commit()
    return made


def test_both_revisions_are_there_and_the_repository_is_as_it_was(repository: GitFolder, scratch: Path) -> None:
    repository.write("mnist_core/draft.py", "not committed")
    before = repository.git("status", "--porcelain")
    with check_out("HEAD~1", "main", "mnist_core", inside=repository.folder) as workplace:
        assert (workplace.base.folder / CORE).read_text() == "old"
        assert (workplace.head.folder / CORE).read_text() == "new"
        assert not (workplace.head.folder / "mnist_core/draft.py").exists()
        assert workplace.base.commit == repository.git("rev-parse", "HEAD~1")
        assert (workplace.head.name, workplace.head.is_working_tree) == ("main", False)
        assert len(repository.worktrees()) == 3
    assert repository.git("status", "--porcelain") == before
    assert repository.worktrees() == [str(repository.folder)]
    assert not (repository.folder / ".git/worktrees").exists()
    assert list(scratch.iterdir()) == []


def test_the_working_tree_is_copied_as_it_is(repository: GitFolder) -> None:
    repository.write(CORE, "newest")
    repository.write("mnist_core/draft.py", "not committed")
    repository.write("mnist_core/noise.log", "ignored")
    repository.write("elsewhere.txt", "not gated")
    with check_out("HEAD", None, "mnist_core", inside=repository.folder / "mnist_core") as workplace:
        head = workplace.head
        assert (head.folder / CORE).read_text() == "newest"
        assert (workplace.base.folder / CORE).read_text() == "new"
        copied = {path.relative_to(head.folder).as_posix() for path in head.folder.rglob("*") if path.is_file()}
        assert copied == {CORE, "mnist_core/draft.py", "pyproject.toml"}
        assert (head.commit, head.is_working_tree) == (repository.git("rev-parse", "HEAD"), True)
        (head.folder / CORE).write_text("scribbled over")
    assert (repository.folder / CORE).read_text() == "newest"


def list_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != ".git"}


def test_without_a_package_both_sides_have_all_that_git_holds_and_the_data_that_it_does_not(
    repository: GitFolder,
) -> None:
    repository.write(".gitignore", "raw/\n__pycache__/\n")
    repository.commit(**{"data.py": "old", "raws/held.txt": "held"})
    repository.write("data.py", "new")
    repository.write("extra.py", "of the working tree alone")
    repository.write("raw/signals.npz", "ignored data")
    repository.write("raws/fresh.txt", "new data")
    repository.write("__pycache__/data.pyc", "of another revision")
    (repository.folder / "empty").mkdir()
    with check_out("HEAD", None, None, inside=repository.folder) as workplace:
        base, head = workplace.base.folder, workplace.head.folder
        everywhere = {".gitignore", CORE, "pyproject.toml", "data.py", "raws/held.txt", "raws/fresh.txt"}
        assert list_files(base) >= everywhere
        assert list_files(head) - list_files(base) == {"extra.py"}
        assert ((base / "data.py").read_text(), (head / "data.py").read_text()) == ("old", "new")
        for side in (base, head):
            assert (side / "raw/signals.npz").read_text() == "ignored data"
            assert (side / "raws/fresh.txt").is_symlink()
            assert not (side / "__pycache__").exists()
            assert not (side / "empty").exists()
    assert (repository.folder / "raw/signals.npz").read_text() == "ignored data"
    assert (repository.folder / "raws/fresh.txt").read_text() == "new data"


def test_a_link_that_git_holds_stays_a_link_and_data_never_replace_what_a_revision_has(repository: GitFolder) -> None:
    (repository.folder / "link").symlink_to("pyproject.toml")
    repository.commit(**{"table.txt": "held", "folder/held.txt": "held"})
    repository.git("rm", "--quiet", "-r", "table.txt", "folder")
    repository.commit(**{".gitignore": "table.txt\nfolder\n"})
    repository.write("table.txt", "ignored now")
    repository.write("folder", "a file now")
    with check_out("HEAD~1", None, None, inside=repository.folder) as workplace:
        base, head = workplace.base.folder, workplace.head.folder
        assert (base / "table.txt").read_text() == (base / "folder/held.txt").read_text() == "held"
        assert (head / "table.txt").read_text() == "ignored now"
        assert (head / "link").is_symlink()
        assert (head / "link").read_text() == (head / "pyproject.toml").read_text()


@pytest.mark.parametrize(("revision", "held"), [(None, False), ("HEAD", True), ("HEAD~1", True)])
def test_a_package_is_looked_for_in_the_revision(repository: GitFolder, revision: str | None, held: bool) -> None:
    (repository.folder / CORE).rename(repository.folder / "elsewhere.py")
    assert Repository(repository.folder).holds("mnist_core", revision) is held
    assert not Repository(repository.folder).holds("other", revision)


def test_a_deleted_file_is_missing_in_the_copy(repository: GitFolder) -> None:
    repository.commit(**{"mnist_core/other.py": ""})
    (repository.folder / "mnist_core/other.py").unlink()
    with check_out("HEAD", None, "mnist_core", inside=repository.folder) as workplace:
        assert not (workplace.head.folder / "mnist_core/other.py").exists()


def test_hooks_do_not_run(repository: GitFolder) -> None:
    hook = repository.folder / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\ntouch hook-was-here\n")
    hook.chmod(0o755)
    with check_out("HEAD", "HEAD", "mnist_core", inside=repository.folder) as workplace:
        assert not (workplace.base.folder / "hook-was-here").exists()


def test_a_hook_that_calls_the_gate_does_not_lead_it_astray(
    repository: GitFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = GitFolder(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    with check_out("HEAD~1", "HEAD", "mnist_core", inside=repository.folder) as workplace:
        assert (workplace.base.folder / CORE).read_text() == "old"
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_nothing_is_left_when_the_block_is_left_in_the_middle(repository: GitFolder, scratch: Path, error) -> None:
    with pytest.raises(error), check_out("HEAD~1", None, "mnist_core", inside=repository.folder):
        raise error
    assert repository.worktrees() == [str(repository.folder)]
    assert list(scratch.iterdir()) == []


def hold(repository: GitFolder) -> tuple[subprocess.Popen[str], Path]:
    """Another process with both revisions checked out, and its folder."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from bench.gate.revisions import check_out\n"
        "with check_out('HEAD~1', 'HEAD', 'mnist_core', inside=Path(sys.argv[1])) as workplace:\n"
        "    print(workplace.folder, flush=True)\n"
        "    input()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(repository.folder)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_gate_left_is_removed_by_the_next_one(repository: GitFolder) -> None:
    process, folder = hold(repository)
    with process:
        process.send_signal(signal.SIGKILL)
    assert folder.is_dir()
    assert len(repository.worktrees()) == 3
    with check_out("HEAD", None, "mnist_core", inside=repository.folder):
        assert not folder.exists()
        assert len(repository.worktrees()) == 2
    assert repository.worktrees() == [str(repository.folder)]


def test_a_gate_that_is_still_running_keeps_its_folders(repository: GitFolder) -> None:
    process, folder = hold(repository)
    with process, check_out("HEAD", None, "mnist_core", inside=repository.folder):
        assert (folder / "base" / CORE).read_text() == "old"
        process.communicate("\n")
    assert process.returncode == 0
    assert repository.worktrees() == [str(repository.folder)]


def test_the_users_own_worktrees_stay_even_if_their_folder_is_away(repository: GitFolder, tmp_path: Path) -> None:
    repository.git("worktree", "add", "--detach", str(tmp_path / "mine"))
    shutil.move(tmp_path / "mine", tmp_path / "away")
    with check_out("HEAD", None, "mnist_core", inside=repository.folder):
        pass
    assert repository.worktrees() == [str(repository.folder), str(tmp_path / "mine")]


def test_a_folder_of_that_name_without_a_lock_is_not_ours(repository: GitFolder, scratch: Path) -> None:
    (scratch / f"{PREFIX}notes").mkdir()
    with check_out("HEAD", None, "mnist_core", inside=repository.folder):
        pass
    assert (scratch / f"{PREFIX}notes").is_dir()


@pytest.mark.parametrize("name", ["nowhere", "--since=yesterday", "HEAD~9", "HEAD:mnist_core"])
def test_a_revision_that_git_does_not_know(repository: GitFolder, name: str, scratch: Path) -> None:
    with (
        pytest.raises(RevisionError, match=rf"^git knows no revision '{name}'\.$"),
        check_out(name, None, "mnist_core", inside=repository.folder),
    ):
        pass
    assert list(scratch.iterdir()) == []


def test_a_shallow_clone_is_told_how_to_get_more(repository: GitFolder, tmp_path: Path) -> None:
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "shallow"))
    with (
        pytest.raises(RevisionError, match=r"'HEAD~1': this clone is shallow; .* fetch-depth: 0\.$"),
        check_out("HEAD~1", None, "mnist_core", inside=tmp_path / "shallow"),
    ):
        pass
    for name in ("", " "):
        with (
            pytest.raises(RevisionError, match=rf"revision '{name}': give the name of one, such as main\.$"),
            check_out(name, None, "mnist_core", inside=tmp_path / "shallow"),
        ):
            pass


def test_outside_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with (
        pytest.raises(RevisionError, match=r"^git rev-parse: not a git repository"),
        check_out("HEAD", None, "mnist_core", inside=tmp_path / "plain"),
    ):
        pass


def test_without_git(repository: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(RevisionError, match=r"^git is not installed"),
        check_out("HEAD", None, "mnist_core", inside=repository.folder),
    ):
        pass


def test_a_revision_without_mnist_core(repository: GitFolder, scratch: Path) -> None:
    shutil.rmtree(repository.folder / "mnist_core")
    repository.commit()
    with (
        pytest.raises(RevisionError, match=r"^HEAD holds no mnist_core/: "),
        check_out("HEAD~1", "HEAD", "mnist_core", inside=repository.folder),
    ):
        pass
    assert list(scratch.iterdir()) == []
