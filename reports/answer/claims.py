"""Claims in one line: how many of each verdict, and the names of those that were decided."""

from __future__ import annotations

from collections.abc import Sequence

from reports.claims.tables import VERBS
from reports.claims.verdict import ClaimVerdict, Ruling

NAMED = (Ruling.HOLDS, Ruling.REFUTED)


def tell_claims(verdicts: Sequence[ClaimVerdict], *, named: Sequence[Ruling] = NAMED) -> list[str]:
    """One line, or none where no claim was run.

    Args:
        verdicts: What the run says of each claim.
        named: Verdicts of which the claims are named.
    """
    found = {kind: [each.claim.id for each in verdicts if each.kind is kind] for kind in Ruling}
    if len(found[Ruling.NOT_RUN]) == len(verdicts):
        return []
    told = [
        f"{len(ids)} {VERBS[kind]}{f' ({chr(32).join(ids)})' if kind in named else ''}"
        for kind, ids in found.items()
        if ids
    ]
    return [f"what people say: {', '.join(told)}"]
