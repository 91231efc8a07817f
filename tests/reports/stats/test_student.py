"""Student's distribution beside SciPy's, and values of printed tables."""

import pytest
from scipy import special

from reports.stats.student import find_student_quantile, find_student_share

FREEDOMS = (0.5, 1, 2, 3.7, 10, 38, 200.3, 5000)


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("value", [-40.0, -5.0, -1.0, -1e-9, 0.0, 0.3, 2.0, 30.0])
def test_shares_are_scipys(freedom: float, value: float) -> None:
    assert find_student_share(freedom, value) == pytest.approx(special.stdtr(freedom, value), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("share", [0.001, 0.025, 0.4, 0.5, 0.975, 0.9999])
def test_quantiles_are_scipys(freedom: float, share: float) -> None:
    assert find_student_quantile(freedom, share) == pytest.approx(special.stdtrit(freedom, share), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize(("freedom", "value"), [(1, 12.706), (2, 4.303), (5, 2.571), (30, 2.042)])
def test_quantiles_are_those_of_printed_tables(freedom: int, value: float) -> None:
    assert find_student_quantile(freedom, 0.975) == pytest.approx(value, abs=5e-4)
    assert find_student_quantile(freedom, 0.025) == pytest.approx(-value, abs=5e-4)
