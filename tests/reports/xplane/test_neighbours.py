"""What a file is that lies where a trace is looked for and is none."""

from pathlib import Path

import pytest

from reports.xplane.neighbours import CACHE, CHROME, OTHER_VERSION, PAGE, tell_leftover, tell_neighbour

XLA = "a program of XLA"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("trace.json.gz", CHROME),
        ("vm.trace.json.gz", CHROME),
        ("host_1.pt.trace.json", CHROME),
        ("vm.overview_page.pb", PAGE),
        ("overview_page.pb", PAGE),
        ("vm.input_pipeline.pb", PAGE),
        ("vm.tensorflow_stats.pb", PAGE),
        ("vm.kernel_stats.pb", PAGE),
        ("vm.memory_profile.json.gz", PAGE),
        ("ALL_HOSTS.op_stats.pb", CACHE),
        ("vm.flat_op_stats_v2.pb", CACHE),
        ("vm.trie.SSTABLE", CACHE),
        ("module_0001.jit_step.hlo_proto.pb", XLA),
        ("vm.xplane.riegeli", OTHER_VERSION),
    ],
)
def test_files_of_the_profiler_are_known_by_their_names(name: str, what: str) -> None:
    assert tell_neighbour(Path(name)) == tell_leftover(Path(name)) == what


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("events.out.tfevents.1764145060.vm.1234.0.v2", "TensorBoard's log of scalars"),
        ("events.out.tfevents.1764145060.vm.profile-empty", "TensorBoard's log of scalars"),
        ("saved_model.pb", "a saved model"),
    ],
)
def test_files_of_a_training_are_known_and_say_nothing_of_an_old_profiler(name: str, what: str) -> None:
    assert tell_neighbour(Path(name)) == what
    assert tell_leftover(Path(name)) is None


@pytest.mark.parametrize(
    "name", ["vm.xplane.pb", "vm.xplane.pb.gz", "trace", "mine.pb", "a.trace", "saved_model.pb.old"]
)
def test_what_may_be_a_trace_is_not_refused_by_its_name(name: str) -> None:
    assert tell_neighbour(Path(name)) is None


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"machine_info": {}, "benchmarks": []}', "a file of pytest-benchmark, which mnist-report show reads"),
        ('{"displayTimeUnit": "ns", "traceEvents": []}', CHROME),
        ("{}", None),
        ("", None),
    ],
)
def test_json_is_known_by_its_keys(tmp_path: Path, content: str, what: str | None) -> None:
    path = tmp_path / "some.json"
    path.write_text(content)
    assert tell_neighbour(path) == what
    assert tell_neighbour(tmp_path / "gone.json") is None
