"""Records: what is written is what is read, and what is damaged is refused by name."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from reports.record.case import ORDERING, PIPELINE, Case, Fitting, Subject
from reports.record.errors import RecordError
from reports.record.file import load_record
from reports.record.machine import Environment, Machine, Setting
from reports.record.memory import EpochReading, HeapReading, Memory
from reports.record.program import DeviceUse, Extent
from reports.record.record import FORMAT, KEY, CaseRecord, Record
from reports.record.sample import Sample, Turn

SAMPLE = Sample(wall_ns=2_000_000_000, cpu_ns=1_500_000_000, first_batch_ns=250_000_000, num_examples=60000)
POST = Subject(ORDERING, "post", "shuffle(60000).map().prefetch(320).batch(32).repeat()", reference="post")
CASE = CaseRecord(
    case=Case(POST, num_examples=60000),
    setting=Setting("mnist.npz", "ab" * 32, (("python", "3.11.7"), ("tensorflow", "2.21.0"))),
    seed=7,
    warm_up=SAMPLE,
    turns=(Turn(0, SAMPLE), Turn(1, replace(SAMPLE, wall_ns=3_000_000_000))),
)
READ = replace(
    CASE,
    case=replace(CASE.case, consumer="memory"),
    turns=(),
    warm_up=None,
    group="memory",
    memory=Memory(50, 49, 60, None, 1, series=(HeapReading(0, 0), HeapReading(5_000_000, 49))),
)
OTHER = replace(CASE.case, subject=replace(POST, name="other"), device="gpu")
OTHER_DATA = replace(CASE.setting, data_fingerprint="cd" * 32)
GPU_USE = DeviceUse(
    "gpu", ("cpu", "gpu"), "gpu", "NVIDIA H200", "580.159.03", 150754820096, False, "MatMul ran on GPU:0"
)
CPU_USE = DeviceUse("cpu", ("cpu",), "cpu", None, None, None, None, "no other device was visible")
MACHINE = Machine("Test CPU", 2, "Linux")


def stored(*cases: CaseRecord) -> dict:
    """As pytest-benchmark writes it, as far as we read it."""
    return {
        "machine_info": {"system": "Linux", KEY: {"cpu": "Test CPU", "num_cores": 2, "system": "Linux"}},
        "benchmarks": [{"name": f"bench_ordering[{case.name}]", "extra_info": case.to_extra_info()} for case in cases],
        "datetime": "2026-11-23T08:58:00+00:00",
        "version": "5.3.1",
    }


def test_first_epochs_processes_and_helpers_come_back(tmp_path: Path) -> None:
    served = replace(SAMPLE, helpers_cpu_ns=(("dispatcher", 5), ("worker 0", 700)))
    case = replace(
        CASE, first_epochs=(Turn(0, served, process=1),), turns=(Turn(0, served), Turn(1, SAMPLE, process=1))
    )
    assert load_record(write(tmp_path / "record.json", stored(case))).cases == (case,)
    with pytest.raises(ValueError, match="Turn.process must be int and not negative, got -1"):
        replace(case.turns[0], process=-1)
    with pytest.raises(ValueError, match="Sample.helpers_cpu_ns of dispatcher must be int and not negative, got -5"):
        replace(served, helpers_cpu_ns=(("dispatcher", -5),))


def make_older(case: CaseRecord, number: int) -> dict:
    """The same as formats 1 to 3 had it: the parts of the case side by side, as texts."""
    value = stored(case)
    own = value["benchmarks"][0]["extra_info"][KEY]
    del own["case"], own["first_epochs"]
    for sample in (own["warm_up"], *(turn["sample"] for turn in own["turns"])):
        if sample is not None:
            del sample["helpers_cpu_ns"]
    for turn in own["turns"]:
        del turn["process"]
    names = ("name", "ordering", "consumer", "arm", "device", "step_ms")
    own |= {"format": number, "choices": dict(case.choices), **{name: getattr(case, name) for name in names}}
    return value


def write(path: Path, value: object) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    other = replace(CASE, case=OTHER, turns=(Turn(5, SAMPLE),))
    path = write(tmp_path / "record.json", stored(CASE, other))
    expected = Record((CASE, other), MACHINE, "2026-11-23T08:58:00+00:00")
    assert load_record(path) == expected
    assert load_record(tmp_path) == expected, "a run's folder stands for its record.json"


def test_memory_over_time_comes_back_and_a_reading_without_it_loads(tmp_path: Path) -> None:
    assert load_record(write(tmp_path / "new.json", stored(READ))).cases == (READ,)
    older = make_older(READ, 2)
    del older["benchmarks"][0]["extra_info"][KEY]["memory"]["series"]
    memory = load_record(write(tmp_path / "older.json", older)).cases[0].memory
    assert memory == Memory(50, 49, 60, None, 1)


def test_the_stored_form_of_format_1_is_still_read() -> None:
    record = load_record(Path(__file__).parents[1] / "stored" / "format1.json")
    assert [case.name for case in record.cases] == ["post", "gather_indices"]
    assert record.cases[0].ordering == CASE.ordering
    assert len(record.cases[0].turns) == len(record.cases[1].turns) >= 5
    assert record.cases[0].turns[0].sample.num_examples == 60000


def test_the_stored_form_of_format_2_is_still_read() -> None:
    record = load_record(Path(__file__).parents[1] / "stored" / "format2.json")
    assert [(case.name, case.group) for case in record.cases] == [
        ("buffer_60000", "mixing"),
        ("original", "accuracy"),
        ("post", "memory"),
        ("batch_before_map", "training"),
    ]
    assert record.cases[0].turns[0].sample.mixing is not None
    assert 0.9 < record.cases[1].turns[0].sample.accuracy < 1
    assert record.cases[2].memory.live_bytes > 0
    assert record.cases[3].turns[5].sample.busy_ns > 0
    assert {case.device_use for case in record.cases} == {None}, "nobody noted it then, and nobody makes it up now"
    assert {turn.sample.unsynced_ns for case in record.cases for turn in case.turns} == {None}


def test_the_use_of_a_gpu_comes_back_as_it_was_written(tmp_path: Path) -> None:
    sample = replace(SAMPLE, unsynced_ns=1_900_000_000)
    case = replace(CASE, case=replace(CASE.case, device="gpu"), device_use=GPU_USE, turns=(Turn(0, sample),))
    path = write(tmp_path / "record.json", stored(case))
    use = json.loads(path.read_text())["benchmarks"][0]["extra_info"][KEY]["device_use"]
    assert use == {
        "asked": "gpu",
        "found": ["cpu", "gpu"],
        "used": "gpu",
        "model": "NVIDIA H200",
        "driver": "580.159.03",
        "memory_bytes": 150754820096,
        "xla": False,
        "proof": "MatMul ran on GPU:0",
    }
    assert load_record(path).cases == (case,)


PNG = Subject(ORDERING, "png_cold", "map().batch(32)", (("source", "png"), ("labels", "sparse")), "post")
PNG_TRAINED = (
    "png_cold-fit-source=png-labels=sparse-from_arrays=True-jit_compile=False-num_epochs=5-retrains=True-default-gpu"
)
TRAINED = Fitting(from_arrays=True, jit_compile=False, num_epochs=5, retrains=True)


@pytest.mark.parametrize(
    "case",
    [
        CASE.case,
        Case(POST, "emulated", "raw", step_ms=0.5),
        Case(PNG, is_cold=True),
        Case(PNG, "fit", device="gpu", fitting=TRAINED),
        Case(PNG, "fit", fitting=Fitting(steps_per_execution=50, jit_compile=True, sorts_by_label=True)),
        Case(PNG, "fit", fitting=Fitting()),
        Case(PNG, "infer", model="cnn", batch_size=2048),
    ],
    ids=lambda case: case.label,
)
def test_a_typed_case_comes_back_from_this_format_and_but_for_its_examples_from_an_older_one(case, tmp_path) -> None:
    record = replace(CASE, case=case)
    assert load_record(write(tmp_path / "new.json", stored(record))).cases[0].case == case
    older = load_record(write(tmp_path / "older.json", make_older(record, 3))).cases[0].case
    assert older.choices == case.choices
    assert older == replace(case, num_examples=None, subject=older.subject)
    assert dict(older.subject.options) == dict(case.subject.options)


def test_what_an_older_record_says_of_a_case_is_kept_where_it_is_not_understood(tmp_path: Path) -> None:
    older = make_older(CASE, 3)
    own = older["benchmarks"][0]["extra_info"][KEY]
    own |= {"consumer": "infer", "choices": {"batch_size": "many", "colour": "red"}}
    case = load_record(write(tmp_path / "older.json", older)).cases[0].case
    assert case.choices == (("batch_size", "many"), ("colour", "red"))
    assert (case.model, case.batch_size) == (None, None)


@pytest.mark.parametrize(
    ("case", "label"),
    [
        (Case(POST), "post-default-cpu"),
        (Case(POST, "memory"), "post-default-cpu"),
        (Case(POST, "emulated", "raw", "cpu", step_ms=2.0), "post-emulated-2ms-raw-cpu"),
        (Case(PNG, is_cold=True), "png_cold-source=png-labels=sparse-cold=yes-default-cpu"),
        (Case(PNG, "fit", device="gpu", fitting=TRAINED), PNG_TRAINED),
        (Case(POST, "infer", model="mlp", batch_size=8), "post-infer-model=mlp-batch_size=8-default-cpu"),
    ],
)
def test_a_label_is_the_id_with_all_that_sets_a_case_apart(case: Case, label: str) -> None:
    assert case.label == label
    chosen = "".join(f"-{name}={value}" for name, value in case.choices)
    assert case.id == label.replace(chosen, "")
    assert case.tell(arm=False, device=False) == case.id.removesuffix(f"-{case.arm}-{case.device}")


def damaged(change, case: CaseRecord = CASE) -> dict:
    value = stored(case)
    change(value["benchmarks"][0]["extra_info"][KEY])
    return value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is not JSON, or only a part of it"),
        (json.dumps(stored(CASE))[:-40], "is not JSON, or only a part of it"),
        ("[" * 100_000, "is not JSON, or only a part of it"),
        ([1, 2], "is not a pytest-benchmark file"),
        ({"benchmarks": {}}, "is not a pytest-benchmark file"),
        ({"benchmarks": []}, "holds no benchmark"),
        (stored(CASE, replace(CASE, setting=OTHER_DATA)), "measured on different data and cannot be compared"),
        ({"benchmarks": [3]}, "benchmark None was not measured by this project"),
        ({"benchmarks": [{"name": "x", "extra_info": {}}]}, "benchmark 'x' was not measured by this project"),
        (damaged(lambda own: own.update(format=FORMAT + 1)), f"has another format than {FORMAT}: use a newer version"),
        (damaged(lambda own: own.pop("turns")), "is damaged"),
        (damaged(lambda own: own.update(turns=[])), "is damaged"),
        (damaged(lambda own: own.update(turns=3)), "is damaged"),
        (
            damaged(lambda own: own["case"]["subject"].update(name=None)),
            r"Expected `str`, got `null` - at `\$\.case\.subject\.name`",
        ),
        (damaged(lambda own: own.pop("setting")), "is damaged"),
        (damaged(lambda own: own["case"].pop("subject")), "is damaged"),
        (damaged(lambda own: own.update(surprise=1)), r"there is no field `\$\.surprise`"),
        (
            damaged(lambda own: (own["case"].update(device="gpu"), own.update(device_use=asdict(CPU_USE)))),
            "is damaged .it is a gpu case that used cpu.",
        ),
        (
            damaged(lambda own: own.update(device_use={**asdict(CPU_USE), "asked": "gpu"})),
            "is damaged .it asked for the device gpu and used cpu.",
        ),
        (
            damaged(lambda own: own.update(device_use={**asdict(CPU_USE), "proof": None})),
            r"Expected `str`, got `null` - at `\$\.device_use\.proof`",
        ),
        (damaged(lambda own: own.update(device_use={})), "is damaged"),
        (damaged(lambda own: own["warm_up"].update(unsynced_ns=-1)), "Sample.unsynced_ns must be int and not negative"),
        (
            damaged(lambda own: own["turns"][0]["sample"].update(wall_ns=0)),
            "wall_ns and Sample.num_examples must be above 0",
        ),
        (
            damaged(lambda own: own["turns"][0]["sample"].update(wall_ns=-1)),
            "Sample.wall_ns must be int and not negative, got -1",
        ),
        (
            damaged(lambda own: own["turns"][0]["sample"].update(cpu_ns="1")),
            r"Expected `int`, got `str` - at `\$\.turns\[0\]\.sample\.cpu_ns`",
        ),
        (damaged(lambda own: own["warm_up"].update(num_examples=0)), "must be above 0"),
        (
            damaged(lambda own: own["warm_up"].update(wall_ns=2**63)),
            "Sample.wall_ns is larger than anything that was ever counted",
        ),
        (
            damaged(lambda own: own["memory"].update(predicted_bytes="much"), READ),
            r"Expected `int \| null`, got `str` - at `\$\.memory\.predicted_bytes`",
        ),
        (
            damaged(lambda own: own["memory"].update(live_bytes=1.5), READ),
            r"Expected `int \| null`, got `float` - at `\$\.memory\.live_bytes`",
        ),
        (
            damaged(lambda own: own["memory"]["series"][1].update(elapsed_ns=-1), READ),
            "HeapReading.elapsed_ns must be int and not negative, got -1",
        ),
        (damaged(lambda own: own["memory"].update(series=[3]), READ), "is damaged"),
        (
            damaged(lambda own: own["turns"][0].update(round="1")),
            r"Expected `int`, got `str` - at `\$\.turns\[0\]\.round`",
        ),
        (
            damaged(lambda own: own["case"].update(step_ms="2")),
            r"Expected `float \| null`, got `str` - at `\$\.case\.step_ms`",
        ),
        (damaged(lambda own: own["case"].update(surprise=1)), r"there is no field `\$\.case\.surprise`"),
        (
            damaged(lambda own: own["setting"].update(data_fingerprint=[])),
            r"Expected `str`, got `array` - at `\$\.setting\.data_fingerprint`",
        ),
    ],
)
def test_a_damaged_file_is_refused_by_name_in_one_line(value: object, reason: str, tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", value)
    with pytest.raises(RecordError, match=reason) as caught:
        load_record(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_or_an_empty_folder_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="does not exist: give a run's folder or its record.json"):
        load_record(tmp_path / "none.json")
    with pytest.raises(RecordError, match="holds no record.json: give a run of the bench, or its file"):
        load_record(tmp_path)


def test_a_file_without_our_machine_info_still_loads(tmp_path: Path) -> None:
    value = stored(CASE)
    value["machine_info"] = {"system": "Darwin"}
    assert load_record(write(tmp_path / "r.json", value)).machine == Machine("unknown processor", 0, "Darwin")


@pytest.mark.parametrize(
    ("cpu", "brand", "known"),
    [
        ("Test CPU", "Other", "Test CPU"),
        ("aarch64", "Neoverse-N1", "Neoverse-N1"),
        ("aarch64", None, "unknown processor"),
        ("arm", "Apple M1", "Apple M1"),
        ("unknown processor", "Apple M1", "Apple M1"),
    ],
)
def test_a_processor_is_not_known_by_its_architecture(cpu: str, brand: str | None, known: str, tmp_path: Path) -> None:
    value = stored(CASE)
    value["machine_info"] |= {"machine": "aarch64", "processor": "arm", "cpu": {"brand_raw": brand}}
    value["machine_info"][KEY]["cpu"] = cpu
    assert load_record(write(tmp_path / "r.json", value)).machine.cpu == known


KEPT = {
    "num_cores_present": 8,
    "quota_cores": 1.5,
    "memory_limit_bytes": None,
    "memory_bytes": 2**34,
    "governors": ["powersave"],
    "turbo": True,
    "virtual_machine": None,
    "container": "docker",
    "variables": {"OMP_NUM_THREADS": "2"},
}


def test_the_environment_comes_back_and_what_is_no_longer_kept_of_it_is_left_out(tmp_path: Path) -> None:
    value = stored(CASE)
    assert load_record(write(tmp_path / "none.json", value)).environment is None
    value[KEY] = {"environment": {**KEPT, "load": 1.2, "cpu": "Test CPU"}}
    found = load_record(write(tmp_path / "r.json", value)).environment
    assert found == Environment(8, 1.5, None, 2**34, ("powersave",), True, None, "docker", (("OMP_NUM_THREADS", "2"),))


@pytest.mark.parametrize(
    ("kept", "command"),
    [({"command": "pytest bench/ -k post"}, "pytest bench/ -k post"), ({"command": "a\n b"}, "a b"), ({}, ""), (3, "")],
)
def test_the_command_comes_back_on_one_line_and_need_not_be_there(kept: object, command: str, tmp_path: Path) -> None:
    assert load_record(write(tmp_path / "r.json", stored(CASE) | {KEY: kept})).command == command
    assert load_record(write(tmp_path / "none.json", stored(CASE))).command == ""


@pytest.mark.parametrize("spoilt", [{}, 3, {**KEPT, "governors": 3}, {**KEPT, "variables": []}])
def test_an_environment_that_makes_no_sense_is_no_error(spoilt: object, tmp_path: Path) -> None:
    value = stored(CASE) | {KEY: {"environment": spoilt}}
    assert load_record(write(tmp_path / "r.json", value)).environment is None


def test_a_machine_that_makes_no_sense_is_no_error(tmp_path: Path) -> None:
    value = stored(CASE)
    value["machine_info"][KEY]["num_cores"] = None
    assert load_record(write(tmp_path / "r.json", value)).machine.num_cores == 0


def test_an_extent_comes_back_and_a_record_without_one_is_read(tmp_path: Path) -> None:
    cut = replace(SAMPLE, num_set_apart=32, first_batch_cpu_ns=7)
    case = replace(CASE, turns=(Turn(0, cut),), extent=Extent(7, is_cut=True, example_bytes=1.5, is_endless=True))
    assert load_record(write(tmp_path / "record.json", stored(case))).cases == (case,)
    value = stored(case)
    own = value["benchmarks"][0]["extra_info"][KEY]
    del own["extent"]
    for sample in (own["warm_up"], own["turns"][0]["sample"]):
        del sample["num_set_apart"], sample["first_batch_cpu_ns"]
    assert load_record(write(tmp_path / "early.json", value)).cases == (
        replace(case, extent=None, turns=(Turn(0, SAMPLE),)),
    )
    with pytest.raises(ValueError, match="Sample.num_set_apart must be int and not negative, got -1"):
        replace(SAMPLE, num_set_apart=-1)


def test_pipelines_of_a_person_stand_beside_one_set_of_digits(tmp_path: Path) -> None:
    theirs = replace(CASE, case=Case(Subject(PIPELINE, "mine", "mine.py:mine")), setting=OTHER_DATA)
    assert load_record(write(tmp_path / "record.json", stored(CASE, theirs))).cases == (CASE, theirs)
    with pytest.raises(RecordError, match="different data"):
        load_record(write(tmp_path / "two.json", stored(CASE, theirs, replace(CASE, setting=OTHER_DATA))))


def test_a_reading_over_epochs_without_a_prediction_comes_back(tmp_path: Path) -> None:
    epochs = (EpochReading(5, 7), EpochReading(None, 8))
    read = replace(READ, memory=replace(READ.memory, predicted_bytes=None, epochs=epochs, extent=Extent(3)))
    assert load_record(write(tmp_path / "record.json", stored(read))).cases == (read,)
    with pytest.raises(ValueError, match="EpochReading.live_bytes must be int and not negative, got -1"):
        EpochReading(-1, 0)
