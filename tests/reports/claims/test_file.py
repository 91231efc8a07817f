"""The file of the claims: what it must hold, and the choice among them."""

import pytest

from reports.claims.claim import ClaimError
from reports.claims.file import load_claims, select_claims


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[claim]", "the claims are not TOML"),
        ('[[claim]]\nid = "X"\ncolour = 1', "claim X: .*colour"),
        ('[[claim]]\nid = "X"', "claim X: .*missing"),
    ],
)
def test_a_damaged_file_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ClaimError, match=reason):
        load_claims(text)


def test_no_claim_is_there_twice() -> None:
    row = '[[claim]]\nid = "X"\nsentence = "s"\nsource = "s"\nmetric = "time"\ncase = "a"\nto = "b"\nat_most = 1\n'
    assert len(load_claims(row)) == 1
    with pytest.raises(ClaimError, match="claim X is there twice"):
        load_claims(row * 2)


def test_claims_are_chosen_by_id_and_by_number() -> None:
    claims = load_claims()
    assert select_claims(claims, "all") == claims
    assert [claim.id for claim in select_claims(claims, "C19,C6")] == ["C19a", "C19b", "C6"]
    assert [claim.id for claim in select_claims(claims, " C15b , C15b ")] == ["C15b"]
    with pytest.raises(ClaimError, match="a claim must be one of all, C1a, .* got 'C99'"):
        select_claims(claims, "C99")


WANTED = "C1 C3 C4 C5 C6 C33 C14 C15 C16 C19 C20 C22 C24 C25 C26 C8 C9 C11 C28 C31 C32 C35 C36 C37 C39 P4".split()  # noqa: SIM905


@pytest.mark.parametrize("number", WANTED)
def test_every_piece_of_advice_has_its_claim_with_a_sentence_and_a_source(number: str) -> None:
    for claim in select_claims(load_claims(), number):
        assert len(claim.sentence.split()) > 3
        assert claim.source
