"""What explains that two runs differ: the environment, where both tell of it."""

from dataclasses import replace

from compared import make_case, make_run

from reports.compare.differences import find_differences
from reports.record.machine import Environment
from reports.summary.environment import list_environment

GIBIBYTE = 2**30
HERE = Environment(8, None, None, 16 * GIBIBYTE, ("performance",), True, None, None, ())
RUN = make_run("a", make_case("post"))


def differ(first: Environment | None, second: Environment | None) -> list[tuple[str, str, str]]:
    runs = [replace(RUN, environment=list_environment(each)) for each in (first, second)]
    found = find_differences(*runs)
    assert not any(each.is_of_machine or each.is_of_program for each in found), "times are judged all the same"
    return [(each.name, each.first, each.second) for each in found]


def test_what_lasted_of_the_machine_and_is_not_the_same_is_listed() -> None:
    there = Environment(8, 1.5, GIBIBYTE, 16 * GIBIBYTE, ("powersave", "schedutil"), False, "KVM", "docker", ())
    assert differ(HERE, there) == [
        ("frequency governor", "performance", "powersave, schedutil"),
        ("turbo", "on", "off"),
        ("quota of cores", "", "1.5"),
        ("memory limit", "", "1024 MiB"),
        ("virtual machine", "", "KVM"),
        ("container", "", "docker"),
    ]
    assert differ(HERE, HERE) == []


def test_every_variable_goes_by_its_own_name() -> None:
    first = replace(HERE, variables=(("OMP_NUM_THREADS", "2"), ("XLA_FLAGS", "--x")))
    second = replace(HERE, variables=(("OMP_NUM_THREADS", "4"),))
    assert differ(first, second) == [("variable OMP_NUM_THREADS", "2", "4"), ("variable XLA_FLAGS", "--x", "")]


def test_a_run_that_tells_of_no_environment_differs_in_none() -> None:
    assert differ(HERE, None) == differ(None, HERE) == differ(None, None) == []
