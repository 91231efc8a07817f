"""Which packages fit together: each rule from both sides, with every fault planted."""

from dataclasses import replace

import pytest
from installations import install, only, wrong

from bench.doctor.findings import State
from bench.doctor.installed import Package
from bench.doctor.package_rules import (
    check_leftovers,
    check_legacy_keras,
    check_own_version,
    check_python,
    check_requirements,
    check_tensorflow,
    check_twins,
    find_wanted,
)
from bench.doctor.readings import Interpreter

HERE = Interpreter((3, 11))


def test_our_own_version_is_told_or_that_nothing_of_ours_was_installed() -> None:
    assert only(check_own_version(install())).found == "0.1.0"
    missing = only(check_own_version(install("mnist-bench")))
    assert (missing.state, missing.mend) == (State.WARN, ("pip install -e .",))


@pytest.mark.parametrize(
    ("interpreter", "found"),
    [
        (replace(HERE, version=(3, 9)), "Python 3.9"),
        (replace(HERE, version=(3, 10)), None),
        (replace(HERE, version=(3, 13)), None),
        (replace(HERE, version=(3, 14)), "Python 3.14"),
        (replace(HERE, implementation="PyPy"), "PyPy 3.11"),
        (replace(HERE, is_free_threaded=True), "Python 3.11 without the global lock"),
        (replace(HERE, is_musl=True), "Python 3.11 on a Linux without glibc"),
    ],
)
def test_a_python_without_wheels_is_bad_where_tensorflow_is_still_to_be_installed(
    interpreter: Interpreter, found: str | None
) -> None:
    there, missing = (only(check_python(interpreter, each)) for each in (install(), install("tensorflow")))
    if found is None:
        assert (there.state, missing.state) == (State.OK, State.OK)
    else:
        assert (there.found, there.state, missing.state) == (found, State.WARN, State.BAD)
        assert missing.consequence == "TensorFlow 2.21 has no wheels for it, only for CPython 3.10 to 3.13 with glibc"


def test_an_older_tensorflow_has_other_pythons() -> None:
    newer = replace(HERE, version=(3, 13))
    assert only(check_python(newer, install(tensorflow="2.20.0"))).state is State.OK
    finding = only(check_python(newer, install(tensorflow="2.19.1")))
    assert finding.consequence == "TensorFlow 2.19 has no wheels for it, only for CPython 3.9 to 3.12 with glibc"


def test_no_tensorflow_is_mended_by_the_version_that_we_want() -> None:
    assert list(check_tensorflow(install())) == []
    assert list(check_tensorflow(install("tensorflow", tensorflow_cpu="2.21.0"))) == []
    finding = only(check_tensorflow(install("tensorflow")))
    assert (finding.state, finding.mend) == (State.BAD, ("pip install 'tensorflow<2.22,>=2.18'",))


def test_what_we_want_is_a_name_where_we_are_not_installed() -> None:
    assert find_wanted(install("mnist-bench"), "tensorflow") == "tensorflow"


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, None),
        ({"tensorflow_cpu": "2.20.0"}, "tensorflow 2.21.0 and tensorflow-cpu 2.20.0"),
        ({"tensorflow_rocm": "2.14.0"}, "tensorflow 2.21.0 and tensorflow-rocm 2.14.0"),
        ({"keras_nightly": "3.16.0"}, "keras 3.15.1 and keras-nightly 3.16.0"),
        ({"tb_nightly": "2.22.0"}, "tensorboard 2.21.0 and tb-nightly 2.22.0"),
    ],
)
def test_two_wheels_of_one_folder_are_bad(more: dict[str, str], found: str | None) -> None:
    findings = list(check_twins(install(**more)))
    assert [finding.found for finding in findings] == ([] if found is None else [found])
    assert all(finding.state is State.BAD for finding in findings)


def test_two_wheels_are_mended_by_removing_both_since_they_share_files() -> None:
    assert only(check_twins(install(tensorflow_cpu="2.20.0"))).mend == (
        "pip uninstall -y tensorflow tensorflow-cpu",
        "pip install 'tensorflow==2.21.0'",
    )


def test_a_wheel_that_brings_the_other_along_is_no_second() -> None:
    installed = dict(install(tensorflow="2.15.0", tensorflow_intel="2.15.0"))
    assert wrong(check_twins(installed)) == [("two tensorflow wheels", State.BAD)]
    installed["tensorflow"] = Package("tensorflow", "2.15.0", ("tensorflow-intel==2.15.0",))
    assert list(check_twins(installed)) == []


def test_two_versions_in_one_folder_are_bad() -> None:
    installed = dict(install())
    assert list(check_leftovers(installed)) == []
    installed["keras"] = replace(installed["keras"], leftovers=("3.12.4",))
    finding = only(check_leftovers(installed))
    assert (finding.name, finding.state) == ("keras", State.BAD)
    assert finding.found == "both 3.15.1 and 3.12.4 say that they are installed"
    assert finding.mend == ("pip uninstall -y keras   # until none is left", "pip install 'keras'")


def test_packages_that_fit_together_are_told_in_a_line() -> None:
    finding = only(check_requirements(install()))
    assert finding.state is State.OK
    assert finding.found == "tensorflow 2.21.0, keras 3.15.1, numpy 2.4.6, protobuf 7.36.2 fit together"


@pytest.mark.parametrize(
    ("changed", "name", "found", "command"),
    [
        ({"keras": "3.11.9"}, "keras", "3.11.9", "pip install 'keras>=3.12.0'"),
        ({"numpy": "1.25.2"}, "numpy", "1.25.2", "pip install 'numpy>=1.26.0'"),
        ({"protobuf": "8.0.0"}, "protobuf", "8.0.0", "pip install 'protobuf<8.0.0,>=6.31.1'"),
        ({"protobuf": "6.31.0"}, "protobuf", "6.31.0", "pip install 'protobuf<8.0.0,>=6.31.1'"),
        ({"tensorflow": "2.22.0"}, "tensorflow", "2.22.0", "pip install 'tensorflow<2.22,>=2.18'"),
        ({"tensorboard": "2.17.0"}, "tensorboard", "2.17.0", "pip install 'tensorboard<2.22,>=2.18'"),
    ],
)
def test_a_version_that_another_does_not_take_is_bad(
    changed: dict[str, str], name: str, found: str, command: str
) -> None:
    finding = only(check_requirements(install(**changed)))
    assert (finding.name, finding.state, finding.found, finding.mend) == (name, State.BAD, found, (command,))


def test_what_mends_a_version_suits_all_who_require_it() -> None:
    installed = dict(install(protobuf="8.1.0"))
    installed["xprof"] = replace(installed["xprof"], requires=("protobuf>=7.1",))
    finding = only(check_requirements(installed))
    assert finding.consequence.startswith("tensorflow 2.21.0 requires protobuf<8.0.0,>=6.31.1, and")
    assert finding.mend == ("pip install 'protobuf<8.0.0,>=6.31.1,>=7.1'",)


def test_what_an_old_plugin_requires_is_not_told_where_it_is_to_go() -> None:
    profiles = ["xprof", "tensorboard-plugin-profile"]
    old = install(tensorboard_plugin_profile="2.24.1", with_profile=profiles)
    needy = replace(old["tensorboard-plugin-profile"], requires=("protobuf<5",))
    doubled, alone = {**old, needy.name: needy}, {**old, needy.name: replace(needy, has_profile=False)}
    assert only(check_requirements(doubled)).state is State.OK
    assert only(check_requirements(alone)).name == "protobuf"


@pytest.mark.parametrize("changed", [{"keras": "3.12.0"}, {"numpy": "1.26.0"}, {"protobuf": "6.31.1"}])
def test_the_least_version_is_enough(changed: dict[str, str]) -> None:
    assert only(check_requirements(install(**changed))).state is State.OK


def test_a_requirement_that_is_missing_is_bad_unless_a_rule_of_its_own_tells_it() -> None:
    finding = only(check_requirements(install("numpy")))
    assert (finding.found, finding.state) == ("not installed", State.BAD)
    assert only(check_requirements(install("tensorboard", "xprof"))).state is State.OK


def test_a_library_of_cuda_counts_only_where_it_is_installed() -> None:
    assert only(check_requirements(install(nvidia_cudnn_cu12="9.3.0.75"))).state is State.OK
    finding = only(check_requirements(install(nvidia_cudnn_cu12="8.9.7.29")))
    assert (finding.name, finding.mend) == ("nvidia-cudnn-cu12", ("pip install 'nvidia-cudnn-cu12<10.0,>=9.3.0.75'",))


@pytest.mark.parametrize("value", ["", "0", "TRUE"])
def test_keras_2_is_not_asked_for_by_any_other_value(value: str) -> None:
    assert list(check_legacy_keras(install(), {"TF_USE_LEGACY_KERAS": value})) == []


def test_keras_2_is_bad_where_it_is_missing_and_told_where_it_is_there() -> None:
    asked = {"TF_USE_LEGACY_KERAS": "1"}
    assert list(check_legacy_keras(install(), {})) == []
    missing = only(check_legacy_keras(install(), asked))
    assert missing.state is State.BAD
    assert missing.mend == ("unset TF_USE_LEGACY_KERAS", "pip install 'tf-keras~=2.21.0'")
    there = only(check_legacy_keras(install(tf_keras="2.21.0"), asked))
    assert (there.state, there.found) == (State.WARN, "TF_USE_LEGACY_KERAS=1 and tf-keras 2.21.0")
