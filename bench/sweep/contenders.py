"""The pipeline as it is and its rewrites as subjects, which differ in one option."""

from __future__ import annotations

from dataclasses import replace

from bench.subjects.pipeline_text import REWRITE
from reports.record.case import Subject
from reports.record.proposal import Candidate, Proposal, Untried

MOST_RACED = 32  # candidates: more would leave no time for those that matter
TOO_MANY = f"only the first {MOST_RACED} candidates take turns"


def name_all(subject: Subject, proposal: Proposal) -> dict[str, Subject]:
    """The pipeline as it is, first, and every candidate, by the name that tables have for it.

    Args:
        subject: The pipeline as it is.
        proposal: What may be changed of it.
    """
    plain = replace(subject, reference=subject.name)
    return {subject.name: plain, **{each.name: build_contender(plain, each) for each in proposal.candidates}}


def build_contender(subject: Subject, candidate: Candidate) -> Subject:
    """The same pipeline, rewritten."""
    return replace(subject, name=candidate.name, options=(*subject.options, (REWRITE, candidate.text)))


def narrow(subject: Subject, proposal: Proposal) -> Proposal:
    """The proposal with as many candidates as may race, and none that is called as the pipeline itself."""
    raced, left = proposal.candidates[:MOST_RACED], proposal.candidates[MOST_RACED:]
    named = tuple(
        replace(each, name=f"{each.name} (rewritten)") if each.name == subject.name else each for each in raced
    )
    untried = tuple(Untried("; ".join(each.changes), TOO_MANY) for each in left)
    return replace(proposal, candidates=named, untried=(*proposal.untried, *untried))
