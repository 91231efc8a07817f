"""Which groups measure what: our orderings, or a person's pipelines in their place."""

import pytest

from bench.cases.groups import GROUPS, build_groups
from bench.cases.pipelines import build_subject, name_apart
from bench.cases.selection import Selection
from mnist_core import InputError

SUBJECTS = name_apart([build_subject("data.py:make"), build_subject("post")])


def list_ids(selection: Selection) -> dict[str, list[str]]:
    return {group: [case.id for case in cases] for group, cases in build_groups(selection).items() if cases}


def test_a_persons_pipelines_are_measured_where_that_takes_no_digits_of_ours() -> None:
    assert list_ids(Selection(arms=("default", "raw"), subjects=SUBJECTS, step_ms=3, devices=("cpu", "gpu"))) == {
        "memory": ["make-default-cpu", "post-default-cpu"],
        "orderings": ["make-default-cpu", "post-default-cpu", "make-raw-cpu", "post-raw-cpu"],
        "order": ["make-order-default-cpu", "post-order-default-cpu"],
        "stages": ["make-stages-default-cpu", "post-stages-default-cpu"],
        "training": [f"{name}-emulated-3ms-{arm}-cpu" for arm in ("default", "raw") for name in ("make", "post")],
    }


def test_traces_and_a_python_loop_are_asked_for() -> None:
    chosen = list_ids(Selection(arms=("default",), subjects=SUBJECTS[:1], traces=True, python_loop=True))
    assert chosen["traces"] == ["make-observed-2ms-default-cpu"]
    assert chosen["orderings"] == ["make-default-cpu", "make-python-default-cpu"]


def test_a_model_and_cold_files_are_asked_for() -> None:
    asked = Selection(arms=("default",), subjects=SUBJECTS, model="model.py:build", cold=True, devices=("cpu", "gpu"))
    chosen = build_groups(asked)
    trained = [case.id for case in chosen["training"] if case.consumer == "model"]
    assert trained == [f"{name}-model-default-{device}" for device in ("cpu", "gpu") for name in ("make", "post")]
    assert [(case.name, case.is_cold) for case in chosen["cold"]] == [("make", True)]
    for alone in (Selection(model="model.py:build"), Selection(cold=True)):
        with pytest.raises(InputError, match="^--model and --cold belong to --pipeline.$"):
            build_groups(alone)


def test_ratios_are_to_the_first_pipeline() -> None:
    cases = build_groups(Selection(subjects=SUBJECTS))
    assert {case.subject.reference for group in cases.values() for case in group} == {"make"}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"claims": "C19"}, "--claims are of our orderings: leave out --claims or the pipelines."),
        ({"devices": ("gpu",)}, "pipelines are measured on the CPU: leave out --device gpu."),
    ],
)
def test_what_only_our_orderings_can_is_refused(asked: dict[str, object], reason: str) -> None:
    with pytest.raises(InputError, match=f"^{reason}$"):
        build_groups(Selection(subjects=SUBJECTS, **asked))


def test_without_pipelines_every_group_is_ours() -> None:
    ids = list_ids(Selection())
    assert ids.keys() == {name for name, group in GROUPS.items() if group.is_main}
    assert not any(name.startswith("make") for each in ids.values() for name in each)
