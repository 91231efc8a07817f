"""Which trace is meant, and what is said where there is none or more than one."""

from pathlib import Path

import pytest

from mnist_core.files.xspace import TraceError
from reports.xplane.sessions import MAX_BYTES, find_session, load_content


def add(folder: Path, session: str, host: str = "vm", suffix: str = ".xplane.pb") -> Path:
    path = folder / "plugins" / "profile" / session / f"{host}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"trace")
    return path


def test_a_file_a_session_a_log_folder_and_a_run_find_the_same_trace(tmp_path: Path) -> None:
    path = add(tmp_path / "traces" / "post", "2026_11_23")
    for given in (path, path.parent, path.parent.parent, tmp_path / "traces" / "post", tmp_path / "traces", tmp_path):
        assert find_session(given).path == path
    assert find_session(tmp_path).name == "post/2026_11_23"
    assert find_session(path).name == find_session(path.parent).name == "2026_11_23"


def test_keras_folder_below_the_logs_is_found(tmp_path: Path) -> None:
    path = add(tmp_path / "train", "2026_11_23")
    assert find_session(tmp_path).path == path


def test_several_sessions_are_a_choice_in_one_line(tmp_path: Path) -> None:
    paths = [add(tmp_path / "traces" / case, "2026_11_23") for case in ("post", "fast")]
    with pytest.raises(TraceError) as raised:
        find_session(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} holds 2 sessions: choose one with --session, of fast/2026_11_23, post/2026_11_23."
    )
    assert find_session(tmp_path, "post").path == find_session(tmp_path, "post/2026_11_23").path == paths[0]
    with pytest.raises(TraceError, match="holds no session 'slow': choose one with --session, of fast/2026_11_23"):
        find_session(tmp_path, "slow")
    with pytest.raises(TraceError, match="holds 2 sessions"):
        find_session(tmp_path, "2026_11_23")


def test_many_sessions_are_not_all_listed(tmp_path: Path) -> None:
    for number in range(30):
        add(tmp_path, f"session{number:02}")
    with pytest.raises(TraceError, match=r"30 sessions: .*session07 and 22 more\.$"):
        find_session(tmp_path)


def test_several_hosts_of_a_session_are_a_choice_too(tmp_path: Path) -> None:
    add(tmp_path, "one", "left")
    right = add(tmp_path, "one", "right")
    with pytest.raises(TraceError, match="of one/left, one/right"):
        find_session(tmp_path)
    assert find_session(tmp_path, "right").path == right


def test_nothing_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="nowhere does not exist: give an .xplane.pb file"):
        find_session(tmp_path / "nowhere")
    with pytest.raises(TraceError, match=r"holds no trace \(\*\.xplane\.pb\): capture one with mnist-core train"):
        find_session(tmp_path)


@pytest.mark.parametrize("suffix", [".trace.json.gz", ".xplane.riegeli", ".trace"])
def test_another_versions_files_are_named_as_such(tmp_path: Path, suffix: str) -> None:
    add(tmp_path, "old", suffix=suffix)
    with pytest.raises(TraceError, match="a trace of another version of the profiler: capture it again"):
        find_session(tmp_path)


def test_unreadable_files_are_one_line(tmp_path: Path) -> None:
    empty, large = tmp_path / "empty.xplane.pb", tmp_path / "large.xplane.pb"
    empty.touch()
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for path, reason in ((empty, "is empty: capture one"), (large, "bytes: capture fewer steps"), (tmp_path, "cannot")):
        with pytest.raises(TraceError, match=reason) as raised:
            load_content(path)
        assert "\n" not in str(raised.value)


def test_a_hostile_name_does_not_reach_the_terminal(tmp_path: Path) -> None:
    add(tmp_path, "a\x1b[2J")
    add(tmp_path, "b")
    with pytest.raises(TraceError) as raised:
        find_session(tmp_path)
    assert "\x1b" not in str(raised.value)
