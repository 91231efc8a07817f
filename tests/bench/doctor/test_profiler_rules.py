"""Whether logs and traces can be seen: TensorBoard, the two names of its profiler plugin, charts from the internet."""

import pytest
from installations import install, only

from bench.doctor.findings import State
from bench.doctor.profiler_rules import check_charts, check_profile_tab, check_tensorboard

SHIM = "tensorboard-plugin-profile"


def test_no_tensorboard_is_bad_and_the_newest_tensorflow_is_the_reason() -> None:
    finding = only(check_tensorboard(install("tensorboard")))
    assert finding.state is State.BAD
    assert finding.found == "not installed, since TensorFlow requires it no longer from 2.21 on"
    assert finding.mend == ("pip install 'tensorboard<2.22,>=2.18'",)
    older = only(check_tensorboard(install("tensorboard", tensorflow="2.20.0")))
    assert (older.state, older.found) == (State.BAD, "not installed")
    assert list(check_tensorboard(install("tensorboard", tb_nightly="2.22.0a1"))) == []


@pytest.mark.parametrize(
    ("board", "setuptools", "state"),
    [
        ("2.20.0", "81.0.0", State.OK),
        ("2.20.0", "82.0.0", State.BAD),
        ("2.21.0", "82.0.0", State.OK),
    ],
)
def test_an_older_tensorboard_does_not_start_with_the_newest_setuptools(
    board: str, setuptools: str, state: State
) -> None:
    minor = board.removesuffix(".0")
    finding = only(check_tensorboard(install(tensorboard=board, setuptools=setuptools, tensorflow=f"{minor}.1")))
    assert finding.state is state
    assert finding.mend == (("pip install 'setuptools<82'",) if state is State.BAD else ())


def test_tensorboard_of_another_release_may_show_less() -> None:
    assert only(check_tensorboard(install(tensorboard="2.21.1"))).state is State.OK
    assert only(check_tensorboard(install("tensorflow", tensorboard="2.22.0"))).state is State.OK
    finding = only(check_tensorboard(install(tensorboard="2.22.0")))
    assert (finding.state, finding.mend) == (State.WARN, ("pip install 'tensorboard==2.21.*'",))


def test_one_plugin_under_either_name_is_fine_and_none_is_bad() -> None:
    assert only(check_profile_tab(install())).found == "xprof 2.24.2, tensorboard-plugin-profile 2.24.2"
    assert only(check_profile_tab(install(SHIM))).found == "xprof 2.24.2"
    old = install("xprof", tensorboard_plugin_profile="2.19.0", with_profile=[SHIM])
    assert only(check_profile_tab(old)).found == "tensorboard-plugin-profile 2.19.0"
    missing = only(check_profile_tab(install("xprof", SHIM)))
    assert (missing.state, missing.mend) == (State.BAD, ("pip install 'tensorboard-plugin-profile>=2.24'",))


def test_two_plugins_keep_tensorboard_from_starting() -> None:
    finding = only(check_profile_tab(install(tensorboard_plugin_profile="2.19.0", with_profile=["xprof", SHIM])))
    assert finding.state is State.BAD
    assert finding.found == "xprof 2.24.2 and tensorboard-plugin-profile 2.19.0"
    assert "Duplicate plugins for name profile" in finding.consequence
    assert finding.mend[0] == "pip uninstall -y tensorboard-plugin-profile xprof"


def test_the_old_name_takes_exactly_its_own_xprof() -> None:
    finding = only(check_profile_tab(install(tensorboard_plugin_profile="2.23.3")))
    assert finding.state is State.BAD
    assert finding.found == "tensorboard-plugin-profile 2.23.3 with xprof 2.24.2"
    assert finding.mend == ("pip install 'tensorboard-plugin-profile==2.24.2'",)


def test_the_old_name_without_xprof_brings_nothing() -> None:
    assert only(check_profile_tab(install("xprof"))).found == "no profiler plugin is installed"


@pytest.mark.parametrize(("reached", "state"), [(True, State.OK), (None, State.OK), (False, State.WARN)])
def test_charts_need_the_internet(reached: bool | None, state: State) -> None:
    finding = only(check_charts(install(), reached))
    assert finding.state is state
    assert finding.mend == (("mnist-report trace LOGDIR",) if state is State.WARN else ())


def test_charts_matter_only_where_there_is_a_tab() -> None:
    assert list(check_charts(install("xprof", SHIM), False)) == []
