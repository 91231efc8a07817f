"""Numbers as text: units, rounding, and no more digits than the spread supports."""

import pytest

from reports.drawing.numbers import (
    count_things,
    render_change,
    render_changes,
    render_chosen_percent,
    render_estimate,
    render_fine_percent,
    render_kilobytes,
    render_mean_ms,
    render_mebibytes,
    render_megabytes,
    render_percent,
    render_rate,
    render_ratio,
    render_seconds,
    supported_digits,
)
from reports.stats.median import Estimate


@pytest.mark.parametrize(
    ("value", "width", "digits"),
    [(100, 100, 2), (100, 11, 2), (100, 10, 3), (100, 1.1, 3), (100, 1, 4), (100, 1e-9, 4), (100, 1e9, 2), (5, 0, 4)],
)
def test_no_more_digits_than_the_spread_supports(value: float, width: float, digits: int) -> None:
    assert supported_digits(value, width) == digits


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 2, "0"),
        (7.77, 2, "7.8"),
        (999.4, 3, "999"),
        (999.6, 3, "1.00k"),
        (19_543, 2, "20k"),
        (19_543, 3, "19.5k"),
        (123_456, 2, "120k"),
        (999_600, 3, "1.00M"),
        (1_234_567, 3, "1.23M"),
    ],
)
def test_rates(value: float, digits: int, text: str) -> None:
    assert render_rate(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.345, "2.3 s"),
        (1.0, "1.0 s"),
        (0.996, "1.0 s"),
        (0.25, "250 ms"),
        (0.0046, "4.6 ms"),
        (4.2e-5, "42 us"),
        (9.3e-8, "93 ns"),
        (3e-10, "0.30 ns"),
        (0, "0 ns"),
    ],
)
def test_seconds(value: float, text: str) -> None:
    assert render_seconds(value) == text


def test_shares_and_bytes() -> None:
    assert render_percent(0.6234, 2) == "62"
    assert render_percent(0.6251, 4) == "63"
    assert [render_mebibytes(round(mebibytes * 2**20)) for mebibytes in (99.94, 99.96)] == ["99.9", "100"]
    assert render_mebibytes(50 * 2**20 + 2**19) == "50.5"


def test_an_estimate_shows_its_interval_or_says_why_there_is_none() -> None:
    assert render_estimate(Estimate(1.514, 1.49, 1.53, 9), render_ratio) == "1.51 [1.49, 1.53]"
    assert render_estimate(Estimate(1.514, None, None, 5), render_ratio) == "1.5 (too few)"


@pytest.mark.parametrize(
    ("ratio", "text"), [(1.052, "+5.2%"), (0.9, "-10.0%"), (1.0, "+0.0%"), (0.9999, "+0.0%"), (2.0, "+100.0%")]
)
def test_a_change_has_a_sign_and_zero_has_no_minus(ratio: float, text: str) -> None:
    assert render_change(ratio) == text


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(1.052, 1.011, 1.11, 12), "+5.2% [+1.1%, +11.0%]"),
        (Estimate(1.052, 1.011, 1.12, 12), "+5% [+1%, +12%]"),
        (Estimate(1.052, None, None, 3), "+5.2% (too few)"),
    ],
)
def test_changes_have_no_more_decimals_than_their_interval_supports(estimate: Estimate, text: str) -> None:
    assert render_changes(estimate) == text


def test_shares_as_percent() -> None:
    assert [render_fine_percent(share) for share in (0.9749, 0.97551, 1.0)] == ["97.5", "97.6", "100.0"]
    assert [render_chosen_percent(share) for share in (0.02, 0.055, 0.1234567)] == ["2%", "5.5%", "12.3%"]


def test_sizes_of_files_and_means_of_steps() -> None:
    assert [render_megabytes(size) for size in (123_456, 5_060_000)] == ["0.1 MB", "5.1 MB"]
    assert [render_kilobytes(size) for size in (499, 33_000)] == ["0", "33"]
    assert [render_mean_ms(value) for value in (0.0, 8.1, 123.456)] == ["0.00", "8.10", "123.46"]


def test_one_thing_has_no_s() -> None:
    assert [count_things(count, "step") for count in (0, 1, 2, 1000)] == ["0 steps", "1 step", "2 steps", "1,000 steps"]


@pytest.mark.parametrize(
    ("estimate", "bounds", "text"),
    [
        (Estimate(1.1, 0.952, 1.3, 9), (), "1.1 [0.95, 1.3]"),
        (Estimate(1.1, 0.952, 1.3, 9), (0.95,), "1.10 [0.952, 1.30]"),  # refutes <= 0.95
        (Estimate(1.1, 0.948, 1.3, 9), (0.95,), "1.10 [0.948, 1.30]"),
        (Estimate(1.1, 0.9501, 1.3, 9), (0.95,), "1.100 [0.9501, 1.300]"),
        (Estimate(1.1, 0.95, 1.3, 9), (0.95,), "1.1 [0.95, 1.3]"),  # on the bound, as it is shown
        (Estimate(1.1, 0.94, 1.3, 9), (0.95,), "1.1 [0.94, 1.3]"),
        (Estimate(1.1, 0.94, 1.296, 9), (0.95, 1.3), "1.100 [0.9400, 1.296]"),
        (Estimate(1.04, 0.5, 1.5, 9), (1.0,), "1.0 [0.50, 1.5]"),  # the ends decide, not the median
        (Estimate(1.04, None, None, 3), (1.0,), "1.04 (too few)"),
        (Estimate(1.0, 0.5, 1.5, 9), (1.0,), "1.0 [0.50, 1.5]"),
        (Estimate(1.0, 0.99998, 1.0, 9), (1.0,), "1.0000 [0.99998, 1.0000]"),
        (Estimate(1.0, 0.9999999, 1.0, 9), (1.0,), "1.000 [1.000, 1.000]"),  # what is so near is on it
    ],
)
def test_a_bound_is_given_the_digits_that_it_needs(estimate: Estimate, bounds: tuple[float, ...], text: str) -> None:
    assert render_estimate(estimate, render_ratio, bounds) == text


@pytest.mark.parametrize(
    ("estimate", "bounds", "text"),
    [
        (Estimate(1.08, 1.0504, 1.11, 9), (), "+8.0% [+5.0%, +11.0%]"),
        (Estimate(1.08, 1.0504, 1.11, 9), (1.05,), "+8.00% [+5.04%, +11.00%]"),
        (Estimate(1.08, 1.05, 1.11, 9), (1.05,), "+8.0% [+5.0%, +11.0%]"),
        (Estimate(1.08, 1.0496, 1.2, 9), (1.05,), "+8.00% [+4.96%, +20.00%]"),
        (Estimate(1.08, 1.02, 1.2, 9), (1.05,), "+8% [+2%, +20%]"),
    ],
)
def test_a_bound_is_given_the_decimals_that_it_needs(estimate: Estimate, bounds: tuple[float, ...], text: str) -> None:
    assert render_changes(estimate, bounds) == text
