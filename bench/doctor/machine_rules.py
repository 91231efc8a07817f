"""What of the machine and of the environment variables disturbs a run or changes its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.doctor.findings import Finding, State
from bench.doctor.package_rules import LEGACY
from bench.doctor.readings import TempFolder
from bench.machine.disturbances import find_available_bytes, find_disturbances, is_quiet
from bench.machine.environment import Surroundings

GIBIBYTE = 2**30
LEAST_FREE_BYTES = 64 * 2**20  # the sockets of workers, and a profiler's trace of a few steps
ENOUGH_FREE_BYTES = GIBIBYTE  # a gate lays out two revisions there, and cases keep caches and shards
QUOTA = "ask for whole cores: docker run --cpuset-cpus 0-3 ... instead of --cpus"


@dataclass(frozen=True)
class Aspect:
    """How a kind of disturbance is told.

    Args:
        name: What it is about, in words.
        consequence: What it does to numbers.
        mend: What to do.
    """

    name: str
    consequence: str
    mend: str


ASPECTS: Mapping[str, Aspect] = {  # by the kind of a disturbance
    "load": Aspect(
        "other programs", "turns wait for them, and intervals get wide", "top -o %CPU   # stop what it lists"
    ),
    "steal": Aspect("the host", "turns are as slow as its neighbours are busy", "use a machine that nobody shares"),
    "cores": Aspect("cores", "producers and consumers wait for each other, and parallel maps gain nothing", QUOTA),
    "governor": Aspect(
        "CPU frequency", "cores are slow until they are busy", "sudo cpupower frequency-set -g performance"
    ),
    "memory": Aspect("memory", "the system ends workers that ask for more", "pytest bench/ --benchmark-only -k post"),
}
TURBO_OFF = "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"

CHANGES: tuple[tuple[str, str], ...] = (  # the beginning of a name, and what the variable changes
    (
        "TF_ENABLE_ONEDNN_OPTS",
        "oneDNN's kernels have another speed and round otherwise: results differ in the last digits",
    ),
    ("TF_DATA_EXPERIMENT_", "tf.data's rewrites are switched on or off: another program is measured"),
    ("TF_XLA_FLAGS", "XLA may compile what others run as it is: steps have another speed and other rounding"),
    ("XLA_FLAGS", "XLA compiles otherwise than for others: steps have another speed and other rounding"),
    ("TF_NUM_", "TensorFlow's pools have another size than on other machines: maps and steps differ in speed"),
    ("OMP_", "oneDNN and NumPy use another number of threads than on other machines"),
    ("KMP_", "OpenMP's threads wait and are placed otherwise"),
    ("MKL_", "NumPy uses another number of threads or other kernels"),
    ("TF_DETERMINISTIC_", "slower kernels are chosen, and random maps take turns"),
    ("TF_CUDNN_", "cuDNN chooses other kernels"),
    ("TF_GPU_", "the GPU's memory or threads are handled otherwise"),
    ("TF_FORCE_", "the GPU's memory is handled otherwise"),
    ("MALLOC_", "the allocator works otherwise: memory and speed differ"),
    ("GLIBC_TUNABLES", "the allocator may work otherwise: memory and speed differ"),
    ("LD_PRELOAD", "another allocator or tool may be loaded: memory and speed differ"),
)
OTHER_CHANGE = "it changes what TensorFlow does: results cannot be compared with those of others"
PYTHON_PROTOBUF = "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"


def check_machine(surroundings: Surroundings) -> Iterator[Finding]:
    """The load, the host, cores, CPU frequency and memory, by the same rules as those of a run's first line."""
    found = {each.kind: each for each in find_disturbances(surroundings)}
    fine = _describe(surroundings)
    for kind, aspect in ASPECTS.items():
        if kind in found:
            yield Finding(aspect.name, State.WARN, found[kind].found, aspect.consequence, (aspect.mend,))
        elif kind in fine:
            yield Finding(aspect.name, State.OK, fine[kind])


def _describe(surroundings: Surroundings) -> Mapping[str, str]:
    """What is there of each kind, where the system tells."""
    cores = f"{surroundings.num_cores_allowed} of {surroundings.num_cores_present or '?'}"
    where = f", in a container ({surroundings.container})" if surroundings.container else ""
    told = {"cores": f"{cores}, no quota below that{where}"}
    if surroundings.load is not None:
        told["load"] = f"load {surroundings.load:.1f}"
    if surroundings.governors:
        told["governor"] = f"governor {', '.join(surroundings.governors)}"
    available = find_available_bytes(surroundings)
    if available is not None:
        told["memory"] = f"{available / GIBIBYTE:.1f} GiB available"
    return told


def check_turbo(surroundings: Surroundings) -> Iterator[Finding]:
    """Whether cores run faster while they are cool."""
    if surroundings.turbo:
        yield Finding(
            "turbo",
            State.WARN,
            "on",
            "a core is faster while others rest and until it is hot: runs of different lengths differ",
            (TURBO_OFF, "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost   # where that is not there"),
        )
    elif surroundings.turbo is not None:
        yield Finding("turbo", State.OK, "off")


def check_variables(surroundings: Surroundings, variables: Mapping[str, str]) -> Iterator[Finding]:
    """Which environment variables change results."""
    for name, value in surroundings.variables:
        if name != LEGACY and not is_quiet(name, value):
            change = next((words for prefix, words in CHANGES if name.startswith(prefix)), OTHER_CHANGE)
            yield Finding("variable", State.WARN, f"{name}={value}", change, (f"unset {name}",))
    if variables.get(PYTHON_PROTOBUF) == "python":
        change = "protocol buffers are read in Python: traces and graphs take some ten times as long"
        yield Finding("variable", State.WARN, f"{PYTHON_PROTOBUF}=python", change, (f"unset {PYTHON_PROTOBUF}",))


def check_temp_folder(temp: TempFolder) -> Iterator[Finding]:
    """Whether temporary files can be written, where they were asked for, and enough of them."""
    if temp.path is None:
        yield Finding(
            "temporary files",
            State.BAD,
            "no folder for them can be written to",
            "workers, gates and traces fail",
            ("export TMPDIR=$HOME/tmp && mkdir -p $HOME/tmp",),
        )
        return
    free = f"{temp.path} has {temp.free_bytes / GIBIBYTE:.1f} GiB free"
    if temp.free_bytes < ENOUGH_FREE_BYTES:
        is_full = temp.free_bytes < LEAST_FREE_BYTES
        consequence = "workers and traces fail" if is_full else "gates, caches and long traces may fail"
        mend = "export TMPDIR=FOLDER   # on a disk with room"
        yield Finding("temporary files", State.BAD if is_full else State.WARN, free, consequence, (mend,))
    elif temp.asked and temp.asked.rstrip("/") != temp.path:
        yield Finding(
            "temporary files",
            State.WARN,
            f"they go to {temp.path}",
            f"TMPDIR={temp.asked} cannot be written to",
            (f"mkdir -p {temp.asked}",),
        )
    else:
        yield Finding("temporary files", State.OK, free)
