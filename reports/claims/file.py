"""The claims that stand in `claims.toml`, and the choice among them."""

from __future__ import annotations

import sys
from importlib import resources
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from mnist_core.language.choice import explain_choice
from reports.claims.claim import Claim, ClaimError

CLAIMS_FILE = "claims.toml"
ALL = "all"  # what a user writes for every claim


def load_claims(text: str | None = None) -> tuple[Claim, ...]:
    """The claims of ``claims.toml``, or of a text in its format, in their order.

    Raises:
        ClaimError: The text is not TOML, or a claim in it is wrong.

    Example:
        >>> sentences = [claim.sentence for claim in load_claims()]
    """
    if text is None:
        text = resources.files("reports.claims").joinpath(CLAIMS_FILE).read_text(encoding="utf-8")
    try:
        rows = tomllib.loads(text).get("claim", [])
    except tomllib.TOMLDecodeError as error:
        raise ClaimError(f"the claims are not TOML: {error}.") from None
    claims = tuple(_parse(row) for row in rows)
    ids = [claim.id for claim in claims]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise ClaimError(f"claim {min(twice)} is there twice.")
    return claims


def _parse(row: dict[str, Any]) -> Claim:
    try:
        return Claim(**row)
    except TypeError as error:
        raise ClaimError(f"claim {row.get('id', '?')}: {error}.") from None


def select_claims(claims: tuple[Claim, ...], wanted: str) -> tuple[Claim, ...]:
    """The claims that a text such as ``C19,C20`` or ``all`` names; ``C15`` also stands for C15a and C15b.

    Raises:
        ClaimError: A name stands for none.
    """
    if wanted == ALL:
        return claims
    chosen: list[Claim] = []
    for name in wanted.split(","):
        found = [claim for claim in claims if name.strip() in (claim.id, claim.id.rstrip("abcdefghij"))]
        if not found:
            known = [ALL, *(claim.id for claim in claims)]
            raise ClaimError(explain_choice("a claim", known, name.strip()))
        chosen += found
    return tuple(dict.fromkeys(chosen))
