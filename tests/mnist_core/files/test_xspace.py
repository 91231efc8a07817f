"""The message in .xplane.pb files: written and read by one schema, which is TensorFlow's."""

import subprocess
import sys

import pytest
from spaces import PYTHON, Made, make_slow_map, make_space

from mnist_core.files.xspace import TraceError, add_stat_name, parse_space


def test_the_schema_reads_what_it_wrote() -> None:
    space = make_space(make_slow_map())
    assert parse_space(space.SerializeToString()) == space


@pytest.mark.parametrize(
    ("content", "reason"), [(b"PK\x03\x04 a zip", "is cut short or no profiler trace"), (b"", "is no profiler trace")]
)
def test_what_is_no_trace_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(TraceError, match=reason):
        parse_space(content)


def test_a_name_of_an_argument_is_added_once_under_a_number_that_is_free() -> None:
    (plane,) = make_space({PYTHON: [Made("train", 0, 1, {"step_num": 0})]}).planes
    plane.stat_metadata[0].key = 2
    assert add_stat_name(plane, "step_num") == 2
    assert [add_stat_name(plane, name) for name in ("new", "newer", "new")] == [1, 3, 1]
    assert [entry.key for entry in plane.stat_metadata] == [2, 1, 3]


@pytest.mark.process
def test_protobuf_is_imported_when_a_trace_is_read_and_not_before() -> None:
    script = (
        "import sys, mnist_core.files.xspace_repair as repair, mnist_core.files.xspace as xspace\n"
        "assert 'google.protobuf' not in sys.modules\n"
        "xspace.build_space()\n"
        "assert 'google.protobuf' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
