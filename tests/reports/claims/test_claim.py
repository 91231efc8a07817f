"""A claim: what cannot be judged is refused."""

from dataclasses import replace

import pytest

from reports.claims.claim import Claim, ClaimError

CLAIM = Claim("X1", "a is fast", "somebody", "time", "a", to="b", at_most=0.5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"metric": "speed"}, "claim X1: metric must be one of time, first_batch, .*, got 'speed'"),
        ({"to": None}, "claim X1 must have either another case, to, or a number"),
        ({"number": 1.0}, "claim X1 must have either another case, to, or a number"),
        ({"to": None, "number": 0.0}, "claim X1: number must be above 0, got 0.0"),
        ({"at_most": None}, "claim X1 predicts nothing"),
        ({"at_least": 0.6}, "claim X1: at_least 0.6 is above at_most 0.5"),
    ],
)
def test_a_claim_that_cannot_be_judged_is_refused(changes, reason: str) -> None:
    with pytest.raises(ClaimError, match=reason):
        replace(CLAIM, **changes)
