"""Gate records: what is written is what is read, and what is damaged is refused by name."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reports.gate.file import FORMAT, KEY, load_gate, save_gate
from reports.gate.plan import Plan, Threshold
from reports.gate.record import Cases, Failure, GateRecord, Pair, Renaming, Revision, Side
from reports.gate.work import GatedPipeline, Work
from reports.record.errors import RecordError
from reports.record.machine import Machine, Setting
from reports.record.sample import Sample

SETTING = Setting("mnist.npz", "ab" * 32, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
SAMPLE = Sample(wall_ns=2_000_000, cpu_ns=1_500_000, first_batch_ns=250_000, num_examples=100, contaminated=True)
SLOWER = replace(SAMPLE, wall_ns=3_000_000)
PAIR = Pair("a", "gate", "screen", 0, "head", Side(1, (SAMPLE, SAMPLE)), Side(0, (SLOWER, SAMPLE), 77), core=1)
RECORD = GateRecord(
    base=Revision("main", "1" * 40, SETTING),
    head=Revision("working tree", "2" * 40, SETTING, is_working_tree=True),
    machine=Machine("Test CPU", 2, "Linux"),
    cases=Cases(("a", "new"), ("gone",), ("fresh",), (Renaming("old", "new"),)),
    plan=Plan(
        (Threshold("a", "time", 0.05, 0.01), Threshold("a", "memory", 0.1, 0.0)),
        ("a",),
        alpha=0.02,
        look_shares=(0.3, 0.7),
        num_screen_pairs=5,
        num_control_pairs=9,
    ),
    seed=7,
    pairs=(PAIR, replace(PAIR, kind="control", first="base", core=None)),
    failures=(Failure("a", "gate", "screen", 1, "head", "killed by signal 9"),),
    environment_line="head has other packages",
    interruption="the budget ended",
    notices=("busy",),
    spent_s=12.5,
    datetime="2026-11-25T10:00:00+00:00",
)


def test_a_gate_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    save_gate(RECORD, tmp_path / "gate.json")
    assert load_gate(tmp_path / "gate.json") == RECORD
    assert [path.name for path in tmp_path.iterdir()] == ["gate.json"], "no part is left behind"


def test_a_record_of_pipelines_comes_back_as_it_was_written(tmp_path: Path) -> None:
    work = Work("none", 10, is_whole=False, differences=("component 0: other values",), remarks=("seeds",))
    broken = GatedPipeline("new", "data.py:new", None, failure="head, b: broke")
    pipelines = (GatedPipeline("a", "data.py:make", work, 8), broken)
    record = replace(RECORD, pipelines=pipelines, refusal="not the same work")
    assert record.broken == {"new": "head, b: broke"}
    save_gate(record, tmp_path / "gate.json")
    assert load_gate(tmp_path / "gate.json") == record


@pytest.mark.parametrize(("work", "failure"), [(None, ""), (Work("bits", 1, is_whole=True), "broke"), (None, "a\nb")])
def test_a_pipeline_is_either_compared_or_has_failed(work: Work | None, failure: str) -> None:
    with pytest.raises(ValueError, match="GatedPipeline"):
        GatedPipeline("a", "data.py:make", work, failure=failure)


def test_a_record_of_the_first_format_which_had_no_pipelines_loads(tmp_path: Path) -> None:
    def age(own: dict) -> None:
        own[KEY] = 1
        del own["pipelines"], own["refusal"]

    assert load_gate(damaged(tmp_path, age)) == RECORD


def test_a_write_that_fails_leaves_the_former_file(tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    save_gate(RECORD, file)
    with pytest.raises(TypeError, match="not JSON serializable"):
        save_gate(replace(RECORD, notices=(b"bytes",)), file)
    assert load_gate(file) == RECORD
    assert [path.name for path in tmp_path.iterdir()] == ["gate.json"]


def damaged(tmp_path: Path, change) -> Path:
    file = tmp_path / "gate.json"
    save_gate(RECORD, file)
    value = json.loads(file.read_text())
    change(value)
    file.write_text(json.dumps(value))
    return file


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda own: own.update({KEY: FORMAT + 1}), "has another format than 2: use a newer version"),
        (lambda own: own.pop(KEY), "is not a gate run: give the JSON file that mnist-bench gate wrote"),
        (lambda own: own.pop("pairs"), "is damaged .Object missing required field `pairs`"),
        (lambda own: own.pop("plan"), "is damaged .Object missing required field `plan`"),
        (lambda own: own["plan"].pop("alpha"), r"is damaged .Object missing required field `alpha` - at `\$.plan`"),
        (lambda own: own.update(pairs=3), r"is damaged .Expected `array`, got `int` - at `\$.pairs`"),
        (lambda own: own.update(pairs=[3]), r"is damaged .Expected `object`, got `int` - at `\$.pairs\[0\]`"),
        (lambda own: own.update(surprise=3), r"is damaged .there is no field `\$.surprise`"),
        (lambda own: own["pairs"][1]["head"].update(x=3), r"is damaged .there is no field `\$.pairs\[1\].head.x`"),
        (lambda own: own.update(seed="7"), r"Expected `int`, got `str` - at `\$.seed`"),
        (lambda own: own.update(spent_s=float("nan")), "GateRecord.spent_s must be a number, at least 0, got nan"),
        (lambda own: own["base"]["setting"].update(data_fingerprint="cd"), "measured on different data"),
        (
            lambda own: own["base"]["setting"].update(data_name=None),
            r"Expected `str`, got `null` - at `\$.base.setting.data_name`",
        ),
        (lambda own: own["machine"].update(cpu=3), r"Expected `str`, got `int` - at `\$.machine.cpu`"),
        (lambda own: own["cases"].update(compared=["b"]), "case 'a' is not among the compared ones"),
        (lambda own: own["cases"].update(compared=["a", "new", "a"]), "Cases.compared is there twice: a"),
        (
            lambda own: own["cases"].update(only_in_head=["a\nb"]),
            "Cases.only_in_head must be printable, on one line",
        ),
        (lambda own: own["head"].update(name="main\nOK"), "Revision.name must be printable, on one line, got"),
        (lambda own: own["plan"]["control_cases"].append("z"), "case 'z' is not among the compared ones"),
        (lambda own: own["plan"].update(alpha=0), "Plan.alpha must be between 0 and 1, got 0"),
        (lambda own: own["plan"].update(look_shares=[0.5, 0.6]), "Plan.look_shares must be above 0 and add up to 1"),
        (lambda own: own["plan"].update(num_screen_pairs=0), "Plan.num_screen_pairs must be int and at least 1, got 0"),
        (lambda own: own["plan"]["thresholds"][0].update(margin=0.05), "margin must be below limit, got 0.05 and 0.05"),
        (
            lambda own: own["plan"]["thresholds"][0].update(metric="speed"),
            r"Invalid enum value 'speed' - at `\$.plan.thresholds\[0\].metric`",
        ),
        (lambda own: own["plan"]["thresholds"].append(own["plan"]["thresholds"][0]), "thresholds is there twice"),
        (lambda own: own["pairs"][0].update(kind="x"), r"Invalid enum value 'x' - at `\$.pairs\[0\].kind`"),
        (
            lambda own: own["pairs"][0].update(number=-1),
            r"Pair.number must be int and at least 0, got -1 - at `\$.pairs\[0\]`",
        ),
        (lambda own: own["pairs"][0].update(first=["head"]), r"Expected `str`, got `array` - at `\$.pairs\[0\].first`"),
        (lambda own: own["pairs"].append(own["pairs"][0]), "pair is there twice"),
        (lambda own: own["pairs"][0]["base"]["turns"].pop(), "Pair.base has 1 turns, but Pair.head 2"),
        (lambda own: [own["pairs"][0][side].update(turns=[]) for side in ("base", "head")], "neither turns nor memory"),
        (lambda own: own["pairs"][0]["base"]["turns"][0].update(wall_ns=0), "wall_ns and Sample.num_examples"),
        (
            lambda own: own["pairs"][0]["head"].update(live_bytes=1.5),
            r"Expected `int \| null`, got `float` - at `\$.pairs",
        ),
        (lambda own: own["pairs"][0]["head"].update(live_bytes=10**400), "Side.live_bytes must fit into 64 bits"),
        (lambda own: own["pairs"][0]["head"]["turns"][0].update(cpu_ns=2**63), "Sample.cpu_ns is larger than anything"),
        (lambda own: own["failures"][0].update(side="left"), r"Invalid enum value 'left' - at `\$.failures\[0\].side`"),
    ],
)
def test_a_damaged_file_is_refused_by_name_in_one_line(change, reason: str, tmp_path: Path) -> None:
    file = damaged(tmp_path, change)
    with pytest.raises(RecordError, match=reason) as caught:
        load_gate(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="does not exist: give the JSON file that mnist-bench gate wrote"):
        load_gate(tmp_path / "none.json")


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    save_gate(RECORD, file)
    file.write_text(file.read_text()[:-30])
    with pytest.raises(RecordError, match="is not JSON, or only a part of it"):
        load_gate(file)
