"""Which trace is meant, and what is said where there is none or more than one."""

import gzip
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_core.files.xspace import TraceError
from reports.xplane import sessions as sessions_module
from reports.xplane.sessions import (
    MAKE_ONE,
    MAX_BYTES,
    Host,
    Session,
    find_session,
    find_sessions,
    list_sessions,
    load_content,
)


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


def test_a_name_that_is_part_of_others_can_be_chosen_too(tmp_path: Path) -> None:
    path = add(tmp_path, "a")
    add(tmp_path / "a", "b")
    assert find_session(tmp_path, "a").path == path


def test_hosts_of_one_session_are_told_apart_from_sessions(tmp_path: Path) -> None:
    left = add(tmp_path, "one", "left")
    right = add(tmp_path, "one", "right")
    whole = Session("one", (Host("left", left), Host("right", right)))
    assert list_sessions(tmp_path) == [whole]
    for given in (tmp_path, tmp_path / "plugins", left.parent):
        assert find_sessions(given) == whole
    assert whole.split() == (Session("one/left", (Host("left", left),)), Session("one/right", (Host("right", right),)))
    add(tmp_path, "two")
    with pytest.raises(TraceError, match="holds 2 sessions: choose one with --session, of one, two"):
        find_sessions(tmp_path)
    assert find_sessions(tmp_path, "one") == whole


def test_one_host_of_a_session_is_a_choice_too(tmp_path: Path) -> None:
    add(tmp_path, "one", "left")
    right = add(tmp_path, "one", "right")
    with pytest.raises(TraceError) as raised:
        find_session(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} holds session one of 2 hosts: choose one with --session, of one/left, one/right."
    )
    only = Session("one/right", (Host("right", right),))
    for name in ("right", "one/right"):
        assert find_session(tmp_path, name) == find_sessions(tmp_path, name) == only
    assert find_sessions(right) == find_session(right) == Session("one", (Host("right", right),))


def test_files_that_were_copied_to_one_folder_are_sessions_of_their_own(tmp_path: Path) -> None:
    for name in ("after", "before"):
        (tmp_path / f"{name}.xplane.pb").write_bytes(b"trace")
    own = tmp_path.name
    assert [each.name for each in list_sessions(tmp_path)] == [f"{own}/after", f"{own}/before"]
    assert find_session(tmp_path, "before").path == tmp_path / "before.xplane.pb"


def test_a_copied_or_linked_sessions_folder_is_still_one_session(tmp_path: Path) -> None:
    copied = tmp_path / "2026_11_23_08_57_40"
    copied.mkdir()
    for host in ("left", "right"):
        add(tmp_path / "logs", "one", host)
        (copied / f"{host}.xplane.pb").write_bytes(b"trace")
    (tmp_path / "mine").symlink_to("logs/plugins/profile/one")
    assert [host.name for host in find_sessions(copied).hosts] == ["left", "right"]
    found = find_sessions(tmp_path / "mine")
    assert (found.name, [host.name for host in found.hosts]) == ("mine", ["left", "right"])


def test_a_session_of_any_depth_is_found(tmp_path: Path) -> None:
    path = add(tmp_path / "a" / "b" / "c" / "d" / "e" / "f", "s")
    assert find_session(tmp_path) == Session("a/b/c/d/e/f/s", (Host("vm", path),))


def test_links_are_named_as_the_user_wrote_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = add(tmp_path / "store", "s")
    logs = tmp_path / "logs" / "plugins" / "profile"
    logs.mkdir(parents=True)
    (logs / "mine").symlink_to(stored.parent)
    assert find_session(tmp_path / "logs") == Session("mine", (Host("vm", logs / "mine" / "vm.xplane.pb"),))
    assert find_session(logs / "mine").name == "mine"
    (tmp_path / "file.xplane.pb").symlink_to(stored)
    assert find_session(tmp_path / "file.xplane.pb").name == tmp_path.name
    monkeypatch.chdir(tmp_path / "logs" / "plugins")
    assert find_session(Path("profile")).name == "mine"
    monkeypatch.chdir(stored.parent)
    for given in (".", "vm.xplane.pb", "../s", "../s/../s/vm.xplane.pb"):
        assert find_session(Path(given)).name == "s"
    (stored.parent / "below").mkdir()
    monkeypatch.chdir(stored.parent / "below")
    for given in ("..", "../vm.xplane.pb"):
        assert find_session(Path(given)).name == "s"


def test_a_session_that_several_links_lead_to_is_listed_once(tmp_path: Path) -> None:
    stored = add(tmp_path / "store", "s")
    logs = tmp_path / "logs"
    (logs / "plugins" / "profile").mkdir(parents=True)
    for name in ("b", "a"):
        (logs / "plugins" / "profile" / name).symlink_to(stored.parent)
    (logs / "copy.xplane.pb").symlink_to(stored)
    assert [each.name for each in list_sessions(logs)] == ["a"]
    assert find_session(logs).path == logs / "plugins" / "profile" / "a" / "vm.xplane.pb"
    own = add(logs, "own")
    (own.parent.parent / "latest").symlink_to("own")
    assert [each.name for each in list_sessions(logs)] == ["a", "own"], "its own name says more than a link's"


def test_links_without_an_end_do_not_hide_a_trace(tmp_path: Path) -> None:
    path = add(tmp_path, "s")
    (path.parent / "up").symlink_to(tmp_path)
    (path.parent / "loop").symlink_to("loop")
    (path.parent / "broken.xplane.pb").symlink_to("gone")
    (path.parent / "folder.xplane.pb").mkdir()
    os.mkfifo(path.parent / "pipe.xplane.pb")
    assert list_sessions(tmp_path) == [Session("s", (Host("vm", path),))]


def test_names_that_would_be_one_are_told_in_full(tmp_path: Path) -> None:
    add(tmp_path / "traces" / "a", "s")
    add(tmp_path / "a", "s")
    add(tmp_path / "b", "s")
    (tmp_path / "c" / "d").mkdir(parents=True)
    for name in ("c/d.xplane.pb", "c/e.xplane.pb", "c/d/x.xplane.pb"):
        (tmp_path / name).write_bytes(b"trace")
    names = [each.name for each in list_sessions(tmp_path)]
    assert names == [
        "a/plugins/profile/s", "b/s", "c/d/x.xplane.pb", "c/d.xplane.pb", "c/e", "traces/a/plugins/profile/s"
    ]  # fmt: skip
    for name in names:
        assert find_session(tmp_path, name).name == name


def test_nothing_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="nowhere does not exist: give an .xplane.pb file"):
        find_session(tmp_path / "nowhere")
    with pytest.raises(TraceError, match=r"holds no trace \(\*\.xplane\.pb\): capture one with mnist-bench trace, or"):
        find_session(tmp_path)


@pytest.mark.parametrize(
    ("suffix", "what"),
    [
        (".trace.json.gz", "a Chrome trace for Perfetto, chrome://tracing or TensorBoard's old trace viewer"),
        (".overview_page.pb", "what the profiler made of a trace for a page of TensorBoard"),
        (".xplane.riegeli", "a trace of another version of the profiler"),
        (".trace", "a trace of another version of the profiler"),
    ],
)
def test_a_folder_of_another_versions_files_is_named_as_such(tmp_path: Path, suffix: str, what: str) -> None:
    old = add(tmp_path, "old", suffix=suffix)
    for given, name in ((tmp_path, f"plugins/profile/old/vm{suffix}"), (old.parent, f"vm{suffix}")):
        with pytest.raises(TraceError) as raised:
            find_session(given)
        assert str(raised.value) == (
            f"{given} holds no trace (*.xplane.pb), but {name}, {what}: capture it again with TensorFlow 2.21."
        )
    add(tmp_path, "new")
    assert find_session(tmp_path).name == "new"


def test_files_of_others_elsewhere_below_are_not_taken_for_an_old_profilers(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "trace.json").write_text("{}")
    with pytest.raises(TraceError, match=r"holds no trace \(\*\.xplane\.pb\): capture one"):
        find_session(tmp_path)


def test_a_neighbour_names_the_file_to_give(tmp_path: Path) -> None:
    neighbour = add(tmp_path, "s", "left", ".overview_page.pb")
    reason = "what the profiler made of a trace for a page of TensorBoard, not a trace of the profiler (*.xplane.pb)"

    def tell(path: Path) -> str:
        with pytest.raises(TraceError) as raised:
            find_sessions(path)
        return str(raised.value)

    assert tell(neighbour) == f"{neighbour} is {reason}: {MAKE_ONE}."
    right = add(tmp_path, "s", "right")
    assert tell(neighbour) == f"{neighbour} is {reason}: give {right}."
    left = add(tmp_path, "s", "left")
    assert tell(neighbour) == f"{neighbour} is {reason}: give {left}."
    events = tmp_path / "events.out.tfevents.1.host"
    events.touch()
    newest = add(tmp_path, "t")
    assert tell(events).endswith(
        f" is TensorBoard's log of scalars, not a trace of the profiler (*.xplane.pb): give {newest}."
    )
    record = tmp_path / "run" / "record.json"
    traced = add(tmp_path / "run" / "traces" / "post", "s")
    record.write_text('{"machine_info": {}, "benchmarks": []}')
    assert tell(record).endswith(f": give {traced}.")


def test_a_trace_is_read_whatever_its_host_is_called(tmp_path: Path) -> None:
    for host in ("tfevents", "saved_model.pb", "trace.json"):
        path = add(tmp_path, host, host)
        assert find_session(path) == Session(host, (Host(host, path),))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (os.mkfifo, "is a pipe, a socket or a device: give an .xplane.pb file"),
        (lambda path: path.symlink_to("/dev/zero"), "is a pipe, a socket or a device: give an .xplane.pb file"),
        (lambda path: path.symlink_to(path.name), "cannot be read: Too many levels of symbolic links."),
        (lambda path: path.symlink_to("gone"), "leads to gone, which does not exist: give an .xplane.pb file"),
    ],
)
def test_what_is_no_file_is_not_opened(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    path = tmp_path / "vm.xplane.pb"
    make(path)
    for read in (find_sessions, load_content):
        with pytest.raises(TraceError) as raised:
            read(path)
        assert str(raised.value).startswith(f"{path} {reason}")


def test_what_may_not_be_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = add(tmp_path, "s")

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)  # as for a user without the right to; root may read all
        with pytest.raises(TraceError, match=r"vm\.xplane\.pb cannot be read: Permission denied\.$"):
            load_content(path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refuse)
        patched.setattr(os, "listdir", refuse)
        with pytest.raises(TraceError, match=r"s cannot be read: Permission denied\.$"):
            find_session(path.parent)


def test_unreadable_files_are_one_line(tmp_path: Path) -> None:
    empty, large = tmp_path / "empty.xplane.pb", tmp_path / "large.xplane.pb"
    empty.touch()
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    too_large = "has 1,073,741,825 bytes, more than 1,073,741,824, the most that is read: capture fewer steps.$"
    for path, reason in ((empty, "is empty: capture one"), (large, too_large), (tmp_path, "cannot")):
        with pytest.raises(TraceError, match=reason) as raised:
            load_content(path)
        assert "\n" not in str(raised.value)


def test_a_packed_trace_is_read_as_the_unpacked_one(tmp_path: Path) -> None:
    packed = add(tmp_path, "s", suffix=".xplane.pb.gz")
    packed.write_bytes(gzip.compress(b"trace"))
    assert find_session(tmp_path) == Session("s", (Host("vm", packed),))
    assert load_content(packed) == b"trace"
    assert load_content(packed.rename(tmp_path / "any name")) == b"trace"
    packed.write_bytes(b"unpacked on its way")
    assert load_content(packed) == b"unpacked on its way"
    whole = add(tmp_path, "s")
    assert find_session(tmp_path) == Session("s", (Host("vm", whole),)), "not two hosts"


def test_a_damaged_packed_trace_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "vm.xplane.pb.gz"
    content = bytes(range(256)) * 40
    whole = gzip.compress(content)
    in_the_checksum, in_the_middle = whole[:-8] + bytes(8), whole[:10] + b"\xff" * 20 + whole[30:]
    for damaged in (whole[:-1], whole[:5], in_the_checksum, in_the_middle, whole + b"more"):
        path.write_bytes(damaged)
        with pytest.raises(TraceError) as raised:
            load_content(path)
        assert str(raised.value) == f"{path} is a damaged gzip file: copy the whole file again."
    path.write_bytes(gzip.compress(b""))
    with pytest.raises(TraceError, match="is empty: capture one"):
        load_content(path)


def test_a_packed_file_is_bounded_by_what_it_unpacks_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vm.xplane.pb.gz"
    monkeypatch.setattr(sessions_module, "MAX_BYTES", 2**25)
    path.write_bytes(gzip.compress(bytes(2**25)))
    assert len(load_content(path)) == 2**25
    path.write_bytes(gzip.compress(bytes(2**26))[:-8])  # whoever reads on to the end finds it damaged
    tracemalloc.start()
    try:
        with pytest.raises(TraceError, match="has more than 33,554,432 bytes unpacked, the most that is read: capt"):
            load_content(path)
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def test_a_hostile_name_does_not_reach_the_terminal(tmp_path: Path) -> None:
    add(tmp_path, "a\x1b[2J")
    add(tmp_path, "b")
    with pytest.raises(TraceError) as raised:
        find_session(tmp_path)
    assert "\x1b" not in str(raised.value)
