"""Ratios within a round: by hand, and of rounds that one side lacks."""

import pytest

from reports.stats.median import Estimate, estimate_ratio


def test_ratios_are_taken_within_a_round() -> None:
    # the machine slows down tenfold from round to round; both sides feel it alike
    slow = {0: 2.0, 1: 20.0, 2: 200.0, 3: 2e3, 4: 2e4, 5: 2e5}
    fast = {0: 1.0, 1: 10.0, 2: 100.0, 3: 1e3, 4: 1e4, 5: 1e5}
    assert estimate_ratio(slow, fast) == Estimate(2.0, 2.0, 2.0, 6)


def test_a_round_that_one_side_lacks_is_left_out() -> None:
    assert estimate_ratio({0: 4.0, 1: 9.0, 7: 1.0}, {1: 3.0, 0: 2.0, 8: 5.0}) == Estimate(2.5, None, None, 2)
    with pytest.raises(ValueError, match="at least one value"):
        estimate_ratio({0: 1.0}, {1: 1.0})
