"""What the changes of one metric have in common: counted and by hand."""

import pytest
from compared import make_case, make_run, slow_down

from reports.compare.overview import Overview, summarize_changes
from reports.compare.pairing import Trend, compare_runs
from reports.summary.metric import TIME

NAMES = ("one", "two", "three", "four")


def overlook(*factors: float) -> Overview:
    """The overview of the times of cases that became slower by these factors."""
    before = make_run("a", *(make_case(name) for name, _ in zip(NAMES, factors, strict=False)))
    after = make_run("b", *(make_case(name, slow_down(each)) for name, each in zip(NAMES, factors, strict=False)))
    return summarize_changes([each for each in compare_runs(before, after).changes if each.metric == TIME])


def test_cases_are_counted_by_trend_and_their_ratios_put_in_order() -> None:
    found = overlook(1, 2, 0.5)
    assert dict(found.counts) == {Trend.WORSE: 1, Trend.BETTER: 1, Trend.LEVEL: 1}
    assert (found.num_cases, found.least, found.middle.median, found.most) == (3, *map(pytest.approx, (0.5, 1, 2)))


@pytest.mark.parametrize(
    ("factors", "is_alike"),
    [
        ((1.2, 1.2, 1.2, 1.2), True),
        ((0.8, 0.8, 0.8, 0.8), True),
        ((1.2, 1.2, 1.2, 1.0), True),  # three quarters of them
        ((1.2, 1.2, 1.0, 1.0), False),
        ((1.05, 1.05, 1.05, 1.05), False),  # too little to tell
        ((1.2, 1.2, 1.2), False),  # too few to tell
    ],
)
def test_most_cases_must_change_by_more_than_a_tenth_in_one_direction(
    factors: tuple[float, ...], is_alike: bool
) -> None:
    assert overlook(*factors).is_alike is is_alike
