"""The trimmed mean: by hand, held to SciPy's, and blind to one outlier."""

import numpy as np
import pytest
from scipy import stats as reference

from reports.stats.trimmed import trim_mean


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7.0], 0.25, 7.0),
        ([1.0, 4.0], 0.25, 2.5),
        ([9.0, 1.0, 2.0], 0.25, 4.0),  # three quarters of a value are not cut off
        ([4.0, 1.0, 1000.0, 2.0], 0.25, 3.0),
        ([8.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -90.0], 0.25, 3.5),
        ([1.0, 2.0, 6.0], 0.0, 3.0),
    ],
)
def test_trimmed_means_by_hand(values: list[float], share: float, expected: float) -> None:
    assert trim_mean(values, share) == expected


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.49])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 16, 101])
def test_it_is_scipys(count: int, share: float) -> None:
    values = np.random.default_rng(count).lognormal(size=count)
    assert trim_mean(values.tolist(), share) == pytest.approx(float(reference.trim_mean(values, share)), rel=1e-12)


def test_one_outlier_does_not_move_it() -> None:
    assert trim_mean([1.0, 2.0, 3.0, 4.0], 0.25) == trim_mean([1.0, 2.0, 3.0, 4e9], 0.25)
