"""What the files are that lie where a trace is looked for and are none, by their names."""

from __future__ import annotations

from pathlib import Path

CHROME = "a Chrome trace for Perfetto, chrome://tracing or TensorBoard's old trace viewer"
PAGE = "what the profiler made of a trace for a page of TensorBoard"
CACHE = "TensorBoard's cache for its Profile tab"
OTHER_VERSION = "a trace of another version of the profiler"
# The end of a file's name, and what the file is: what the profiler and TensorBoard leave beside a trace, or once left
# instead of one. Source: tensorboard_plugin_profile, profile_plugin.py, TOOLS; xprof, profiler_plugin_c_api.so.
OF_THE_PROFILER = {
    "trace.json.gz": CHROME,
    "trace.json": CHROME,
    "overview_page.pb": PAGE,
    "overview_page.json": PAGE,
    "input_pipeline.pb": PAGE,
    "input_pipeline.json": PAGE,
    "tensorflow_stats.pb": PAGE,
    "kernel_stats.pb": PAGE,
    "memory_profile.json.gz": PAGE,
    "memory_viewer.json": PAGE,
    "op_profile.json": PAGE,
    "pod_viewer.json": PAGE,
    "tf_data_bottleneck_analysis.json": PAGE,
    "op_stats.pb": CACHE,
    "op_stats_v2.pb": CACHE,
    "dcn_collective_stats.pb": CACHE,
    "smart_suggestion.pb": CACHE,
    ".SSTABLE": CACHE,
    "hlo_proto.pb": "a program of XLA",
    ".xplane.riegeli": OTHER_VERSION,
}
WITHOUT_A_TRACE = {**OF_THE_PROFILER, ".trace": OTHER_VERSION}  # by itself, .trace could be a name that a user chose
SAVED_MODEL = "saved_model.pb"
EVENTS = "tfevents"  # in the name of what a training logs
HEAD_BYTES = 2**16  # of a JSON file, in which its first keys stand
JSON = {  # a key, and what the file is that has it
    b'"traceEvents"': CHROME,
    b'"machine_info"': "a file of pytest-benchmark, which mnist-report show reads",
}


def tell_neighbour(path: Path) -> str | None:
    """What a file is that is known to be no trace, as a noun; None if nothing speaks against a trace."""
    if EVENTS in path.name:
        return "TensorBoard's log of scalars"
    if path.name == SAVED_MODEL:
        return "a saved model"
    return _find_end(path.name, OF_THE_PROFILER) or (_tell_json(path) if path.suffix == ".json" else None)


def tell_leftover(path: Path) -> str | None:
    """What a file of the profiler is that lies in a folder without any trace; None if it is no such file."""
    return _find_end(path.name, WITHOUT_A_TRACE)


def _find_end(name: str, kinds: dict[str, str]) -> str | None:
    return next((what for end, what in kinds.items() if name.endswith(end)), None)


def _tell_json(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return None
    return next((what for key, what in JSON.items() if key in head), None)
