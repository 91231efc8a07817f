"""What a run amounts to, computed once from its turns: everything that a table, a page, an export or a verdict says."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from reports.record.case import REFERENCE
from reports.record.machine import UNKNOWN_PROCESSOR, Machine
from reports.record.program import DeviceUse
from reports.record.record import Record
from reports.summary.case import CaseSummary, summarize_cases
from reports.summary.environment import list_environment
from reports.summary.fields import (
    Field,
    Mixed,
    Payback,
    Prediction,
    Winner,
    find_paybacks,
    find_winners,
    list_busy,
    list_on_several_devices,
    list_predictions,
    rank_fields,
    rank_mixed,
)
from reports.summary.identity import Facts, keep_known
from reports.summary.noise import Control, Noise, find_control, judge_noise

ITERATED = "infer"  # the one consumer whose examples are no epoch


@dataclass(frozen=True)
class Summary:
    """One run.

    Args:
        cases: Cases of the run, in the order of its record.
        datetime: Time of the run in ISO 8601; empty where the file does not tell.
        machine: Facts that make it another machine; what is not known is left out.
        versions: Versions of Python, the libraries and the code; what is not known is left out.
        libraries: Those of `versions` that the cases were measured with.
        interpreters: Path of each interpreter that cases were measured under, and its versions; empty where they were
            measured under the one that was asked.
        computer: Machine in the words of the record; None where another project's file is read.
        data_name: Name of the digits; None where the file does not tell.
        data_fingerprint: SHA-256 of the digits, likewise. Only runs on equal data may be compared.
        remarks: What a reader must know before believing the numbers, a line each.
        environment: What else could explain a difference, such as limits and variables; empty where nothing tells.
        command: What a person typed for the run; empty where nothing tells.
        path: File or folder of the run as the user named it; empty where it was not read from one.
        damaged: Names of benchmarks that the file has and whose times cannot be read, of other projects' files.
        parts: Runs that it was joined of; empty for a run by itself.
        fields: Drained cases of each arm and device, ranked.
        control: One case measured under two names; None where that was not done.
        busy: Cases that surely keep an emulated accelerator busy enough.
        mixed: Cases whose shuffling was scored, the best first.
        predictions: Cases in which a model predicts.
        winners: From which batch size on a device predicts faster than the CPU.
        on_devices: Timed cases that differ in their device alone, those of one case together.

    Example:
        >>> summary = summarize(load_record(Path("runs/before")))
        >>> ratios = {case.id: case.ratio for case in summary.cases}
    """

    cases: tuple[CaseSummary, ...]
    datetime: str
    machine: Facts
    versions: Facts
    libraries: Facts = ()
    interpreters: tuple[tuple[str, Facts], ...] = ()
    computer: Machine | None = None
    data_name: str | None = None
    data_fingerprint: str | None = None
    remarks: tuple[str, ...] = ()
    environment: Facts = ()
    command: str = ""
    path: str = ""
    damaged: tuple[str, ...] = ()
    parts: tuple[Summary, ...] = ()
    fields: tuple[Field, ...] = ()
    control: Control | None = None
    busy: tuple[CaseSummary, ...] = ()
    mixed: tuple[Mixed, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    winners: tuple[Winner, ...] = ()
    on_devices: tuple[tuple[CaseSummary, ...], ...] = ()

    @property
    def members(self) -> tuple[Summary, ...]:
        """The runs that it was joined of, or itself."""
        return self.parts or (self,)

    @property
    def timed(self) -> tuple[CaseSummary, ...]:
        """The cases that have turns."""
        return tuple(case for case in self.cases if case.num_turns)

    @property
    def num_turns(self) -> int:
        """How many turns there were in all."""
        return sum(case.num_turns for case in self.cases)

    @property
    def num_contaminated(self) -> int:
        """In how many of these others used more of the machine than the rule allows."""
        return sum(case.num_contaminated for case in self.cases)

    @property
    def noise(self) -> Noise | None:
        """How far the run can be believed; None where nothing was timed."""
        return judge_noise(self.cases, self.control)

    @property
    def benchmarks(self) -> tuple[CaseSummary, ...]:
        """The cases of another project's file, which tells of rounds and of nothing that a pipeline has."""
        return self.cases if self.computer is None else ()

    @property
    def paybacks(self) -> tuple[Payback, ...]:
        """From which epoch on the caches of our orderings pay."""
        return find_paybacks(self.fields)

    @property
    def pipelines(self) -> tuple[CaseSummary, ...]:
        """The cases of a run that was made of a person's pipelines, orderings of ours beside them included."""
        return self.cases if any(case.reads_own_data for case in self.cases) else ()

    @property
    def machine_in_words(self) -> str:
        """What is known of the machine, such as: AMD EPYC, 2 cores, Linux; empty where nothing is."""
        return ", ".join(f"{value} cores" if name == "cores" else value for name, value in self.machine)

    @property
    def reference(self) -> str:
        """The name that ratios are to; a file that does not tell is one of our orderings."""
        return next(iter(self.references), REFERENCE)

    @property
    def references(self) -> tuple[str, ...]:
        """The names that ratios are to; several where each pipeline's are to itself in the first interpreter."""
        return tuple(dict.fromkeys(case.reference for case in self.cases if case.reference))

    @property
    def epoch_sizes(self) -> tuple[int, ...]:
        """The numbers of examples of an epoch, in ascending order."""
        sizes = (case.turn_sizes for case in self.cases if case.consumer != ITERATED)
        return tuple(sorted({size for each in sizes for size in each}))


def summarize(record: Record, path: str = "") -> Summary:
    """What a record of this project says.

    Args:
        record: Record of the run.
        path: File or folder of the run as the user named it; empty where it was not read from one.

    Example:
        >>> fastest = summarize(load_record(Path("runs/before"))).fields[0].fastest
    """
    setting = next((case.setting for case in record.cases if not case.reads_own_data), record.cases[0].setting)
    libraries = _merge_versions([case.setting.versions for case in record.cases])
    cases = summarize_cases(record.cases)
    predictions, control = list_predictions(cases), find_control(cases)
    noise = judge_noise(cases, control)
    uses = [case.device_use for case in cases if case.device_use is not None]
    return Summary(
        cases,
        datetime=record.datetime,
        machine=_list_machine(record.machine, uses),
        versions=(*libraries, *_list_device_versions(uses)),
        libraries=libraries,
        interpreters=tuple(
            {each: case.setting.versions for case in record.cases if (each := case.case.subject.python)}.items()
        ),
        computer=record.machine,
        data_name=setting.data_name,
        data_fingerprint=setting.data_fingerprint,
        environment=list_environment(record.environment),
        command=record.command,
        remarks=(tell_contaminated(cases),) if any(case.num_contaminated for case in cases) else (),
        path=path,
        fields=rank_fields(cases, (noise and noise.control_factor) or 1.0),
        control=control,
        busy=list_busy(cases),
        mixed=rank_mixed(cases),
        predictions=predictions,
        winners=find_winners(predictions),
        on_devices=list_on_several_devices(cases),
    )


def _list_machine(machine: Machine, uses: Iterable[DeviceUse]) -> Facts:
    found = {
        "processor": "" if machine.cpu == UNKNOWN_PROCESSOR else machine.cpu,
        "cores": str(machine.num_cores) if machine.num_cores else "",
        "system": machine.system,
        "gpu": _join(use.model for use in uses),
    }
    return keep_known(found)


def _merge_versions(versions: Iterable[Facts]) -> Facts:
    """The versions of all interpreters; where they differ, such as 2.18.1 and 2.20.0."""
    found: dict[str, dict[str, None]] = {}
    for name, version in itertools.chain.from_iterable(versions):
        found.setdefault(name, {})[version] = None
    return tuple((name, " and ".join(each)) for name, each in found.items())


def _list_device_versions(uses: Iterable[DeviceUse]) -> Facts:
    """What belongs to the versions: the driver, and where XLA compiled."""
    found = {
        "gpu driver": _join(use.driver for use in uses),
        "xla on": _join(sorted(use.used for use in uses if use.xla)),
    }
    return keep_known(found)


def _join(values: Iterable[str | None]) -> str:
    """Those that are known, each once."""
    return ", ".join(dict.fromkeys(value for value in values if value))


def tell_contaminated(cases: Iterable[CaseSummary]) -> str:
    """In how many of all turns others used more of the machine than the rule allows."""
    counts = [(case.num_contaminated, case.num_turns) for case in cases]
    contaminated, num_turns = (sum(each) for each in zip(*counts, strict=True))
    return f"{contaminated} of {num_turns} turns contaminated: others used more than a tenth of the machine"
