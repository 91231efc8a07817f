"""Turns over time: whether a machine, or a case, became slower meanwhile, and which turns stand apart."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence

from reports.drawing.blocks import Figure, Section
from reports.page.charts.turns_chart import MOST_TURNS, Strip, draw_turns, find_scale, relate
from reports.page.names import has_several_devices, name_device, name_row
from reports.record.case import DEFAULT
from reports.summary.case import CaseSummary
from reports.summary.metric import TIME
from reports.summary.summary import Summary

MOST_CASES = 108  # drawn of a run; a page stays small, whatever it is of
MOST_ROWS = 36  # of a picture, which then fits on a sheet of paper
FEWEST_TURNS = 2  # of which one can be later
DRAIN = "drain"


def describe_turns(summary: Summary) -> Section | None:
    """The turns of every case, a picture for each group, the largest first; None where no case has several."""
    groups = dict(sorted(_gather(summary.cases).items(), key=lambda item: -len(item[1])))
    known = [strip for strips in groups.values() for strip in strips]
    if not known:
        return None
    drawn = {id(strip) for strip in heapq.nlargest(MOST_CASES, known, key=lambda strip: strip.distance)}
    scale = find_scale(known)
    figures: list[Figure] = []
    for group, strips in groups.items():
        kept = [strip for strip in strips if id(strip) in drawn]
        for start in range(0, len(kept), MOST_ROWS):
            how = "" if figures else _explain(known, scale)
            title = f"Turns of {group} over the rounds, as multiples of each case's median"
            figures.append(Figure(title, how, draw_turns(kept[start : start + MOST_ROWS], scale)))
    return Section("turns", "How steady were the turns?", tuple(figures))


def _explain(strips: Sequence[Strip], scale: float) -> str:
    """How to read all of the pictures, and what they leave out."""
    left, is_thinned = len(strips) - MOST_CASES, any(len(strip.ratios) > MOST_TURNS for strip in strips)
    said = [
        "A row is a case, its line the median, a mark a turn: above the line it took longer.",
        "A slope is drift, a column of marks on one side a disturbed round.",
        f"A row reaches from {1 / scale:.2g} to {scale:.3g} times the median.",
    ]
    if is_thinned:
        said.append(
            f"Of more than {MOST_TURNS} turns the middle and the farthest of {MOST_TURNS // 2} spans are drawn."
        )
    if left > 0:
        said.append(f"The {MOST_CASES} cases with the farthest turns are drawn; {left:,} others are left out.")
    return " ".join(said)


def _gather(cases: Sequence[CaseSummary]) -> dict[str, list[Strip]]:
    """The strips of each group, whose cases took turns in the same rounds."""
    related = [(case, relate(case.values.get(TIME.name, {}))) for case in cases]
    known = [(case, ratios) for case, ratios in related if len(ratios) >= FEWEST_TURNS]
    several = has_several_devices(cases)
    names = [_name(case, several=several) for case, _ in known]
    count = Counter((case.group, name) for (case, _), name in zip(known, names, strict=True))
    seen: Counter[tuple[str, str]] = Counter()
    groups: dict[str, list[Strip]] = {}
    for (case, ratios), name in zip(known, names, strict=True):
        key = (case.group, name)
        seen[key] += 1
        row = f"{name} ({seen[key]})" if count[key] > 1 else name
        groups.setdefault(case.group or "all cases", []).append(Strip(row, case.arm, ratios, case.contaminated_rounds))
    return groups


def _name(case: CaseSummary, *, several: bool) -> str:
    """What tells the case apart from the others of its group."""
    consumer = "" if case.consumer == DRAIN else case.consumer_label
    arm = "" if case.arm == DEFAULT else case.arm
    device = name_device(case.device) if several else ""
    return ", ".join(part for part in (name_row(case), consumer, arm, device) if part)
