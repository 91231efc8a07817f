"""Several hypotheses: by hand."""

import pytest

from reports.stats.holm import reject_by_holm


@pytest.mark.parametrize(
    ("p_values", "family", "rejected"),
    [
        ({}, 3, set()),
        ({"a": 0.01}, 1, {"a"}),
        ({"a": 0.01}, 2, set()),  # 0.005 is asked
        ({"a": 0.005, "b": 0.01}, 2, {"a", "b"}),  # 0.01 / 2, then 0.01 / 1
        ({"a": 0.006, "b": 0.006}, 2, set()),  # the first fails, so the second is not asked
        ({"a": 0.0033, "b": 0.011, "c": 0.004}, 3, {"a", "c"}),
    ],
)
def test_holm_by_hand(p_values: dict[str, float], family: int, rejected: set[str]) -> None:
    assert reject_by_holm(p_values, 0.01, family) == rejected
