"""What a gate's run says, in sentences; the terminal and the pull request show the same."""

from __future__ import annotations

import math
from collections.abc import Iterable

from reports.drawing.numbers import count_things, find_decimals, render_change, render_changes, render_p_value
from reports.gate.pairs import keep_calm
from reports.gate.record import GateRecord, Revision
from reports.gate.verdict import Decision, Finding, GateVerdict
from reports.gate.work import TOLERANCE, Agreement, GatedPipeline, Work
from reports.record.sample import MIN_JUDGED_NS
from reports.stats.median import CONFIDENCE
from reports.tables.notes import tell_computer, tell_digits, tell_versions

COMMIT_DIGITS = 10
AGREEMENTS: dict[Agreement, str] = {
    "bits": "both sides give the same {extent}, bit by bit",
    "tolerance": f"both sides give the same {{extent}}, floats up to {TOLERANCE:g} of themselves",
    "shapes": "both sides give {extent}, of the same types and shapes",
    "none": "not the same work in {extent}",
}


def tell_outcome(decision: Decision) -> str:
    """The verdict of the run and why."""
    return f"{decision.outcome.name.replace('_', ' ')}: {decision.reason}"


def tell_revisions(record: GateRecord) -> str:
    """Which revision was held against which."""
    return f"head {_name(record.head)} against base {_name(record.base)}"


def _name(revision: Revision) -> str:
    commit = revision.commit[:COMMIT_DIGITS]
    return f"the working tree on {commit}" if revision.is_working_tree else f"{revision.name} ({commit})"


def rank(findings: Iterable[Finding]) -> list[Finding]:
    """The worst verdict first; within a verdict the largest change."""
    severities = {verdict: number for number, verdict in enumerate(GateVerdict)}
    return sorted(
        findings, key=lambda each: (severities[each.verdict], -each.change.median if each.change is not None else 0.0)
    )


def tell_change(finding: Finding) -> str:
    """The change and its interval."""
    return "" if finding.change is None else render_changes(finding.change, _list_bounds(finding))


def _list_bounds(finding: Finding) -> tuple[float, float]:
    """The ratios that its verdict rests on."""
    return 1 + finding.threshold.margin, 1 + finding.threshold.limit


def tell_why(finding: Finding) -> str:
    """What the verdict rests on."""
    match finding.verdict:
        case GateVerdict.REGRESSED:
            return f"p {render_p_value(finding.p_value or 0.0)}"
        case GateVerdict.OK | GateVerdict.IMPROVED:
            return f"below {_render_bound(finding)}"
        case GateVerdict.FAILED:
            return finding.reason
        case GateVerdict.INCONCLUSIVE:
            seen = (
                "" if finding.smallest_effect is None else f"; could have seen {render_change(finding.smallest_effect)}"
            )
            return f"{finding.reason}{seen}"


def _bound(finding: Finding) -> float:
    """The upper end of the change; there is one wherever a comparison is OK."""
    return math.inf if finding.change is None or finding.change.high is None else finding.change.high


def _render_bound(finding: Finding) -> str:
    bound = _bound(finding)
    decimals = 1 if math.isinf(bound) else find_decimals((bound,), _list_bounds(finding))
    return render_change(bound, decimals)


def fold_ok(decision: Decision) -> str:
    """All comparisons that are OK, in one line; empty if there are none."""
    fine = [each for each in decision.findings if each.verdict is GateVerdict.OK]
    if not fine:
        return ""
    weakest = max(fine, key=_bound)
    where = f"{weakest.threshold.case} [{weakest.threshold.metric}]"
    count = f"{len(fine)} of {len(decision.findings)} comparisons are OK"
    return f"{count}; the weakest bound is {_render_bound(weakest)}, {where}"


def tell_cases(record: GateRecord) -> list[str]:
    """The cases that could not be compared under one name."""
    cases = record.cases
    lines = [
        ("missing in head, not compared", cases.only_in_base),
        ("new in head, not compared", cases.only_in_head),
        ("renamed, compared", tuple(f"{each.base} is now {each.head}" for each in cases.renamed)),
    ]
    return [f"{title}: {', '.join(names)}" for title, names in lines if names]


def tell_run(decision: Decision) -> list[str]:
    """How to read the numbers, and where they come from."""
    record = decision.record
    if record.refusal:
        return [*map(tell_pipeline, record.pipelines), *_tell_setting(record)]
    lines = [
        *tell_cases(record),
        *map(tell_pipeline, record.pipelines),
        *_tell_circumstances(record),
        *_tell_control(decision),
        *_tell_reading(record),
    ]
    lines += [*_tell_cores(record), *_tell_size(record), *_tell_setting(record)]
    return lines


def tell_pipeline(pipeline: GatedPipeline) -> str:
    """What was found of a pipeline before it was timed."""
    work = pipeline.work
    if work is None:
        return f"not compared: {pipeline.failure}"
    told = [AGREEMENTS[work.agreement].format(extent=_tell_extent(work)), *work.differences, *work.remarks]
    if pipeline.num_batches is not None:
        told.append(f"a turn is {pipeline.num_batches} batches, less than an epoch")
    return f"{pipeline.text}: {'; '.join(told)}"


def _tell_extent(work: Work) -> str:
    if work.is_whole:
        return f"{work.num_examples:,} examples, a whole epoch"
    whole = "" if work.num_declared is None else f" of {work.num_declared:,}"
    return f"first {work.num_examples:,}{whole} examples, shuffles left out"


def _tell_circumstances(record: GateRecord) -> list[str]:
    failures = [f"{each.side} failed in a pair of {each.case}: {each.reason}" for each in record.failures]
    stopped = [f"stopped early: {record.interruption}"] if record.interruption else []
    return [*stopped, *([record.environment_line] if record.environment_line else []), *record.notices, *failures]


def _tell_control(decision: Decision) -> list[str]:
    changes = ", ".join(f"{metric} {render_changes(change)}" for metric, change in decision.control.changes)
    num_pairs = count_things(decision.control.num_pairs, "pair")
    return [f"control, base against base: {num_pairs}, {changes}"] if changes else []


def _tell_reading(record: GateRecord) -> list[str]:
    return [
        f"REGRESSED: above the margin; wrong anywhere in the suite in at most {record.plan.alpha:.1%} of runs",
        f"OK: below the limit with {CONFIDENCE:.0%} confidence; INCONCLUSIVE: neither",
        f"margin and limit: {'; '.join(_tell_thresholds(record))}",
        f"change: head over base, pair by pair of processes; each end holds with {CONFIDENCE:.0%} confidence",
    ]


def _tell_thresholds(record: GateRecord) -> Iterable[str]:
    for metric in dict.fromkeys(each.metric for each in record.plan.thresholds):
        chosen = {(each.margin, each.limit) for each in record.plan.thresholds if each.metric == metric}
        if len(chosen) > 1:
            yield f"{metric} by case"
        else:
            margin, limit = (render_change(1 + share) for share in chosen.pop())
            yield f"{metric} {margin} and {limit}"


def _tell_cores(record: GateRecord) -> list[str]:
    cores = sorted({pair.core for pair in record.pairs if pair.core is not None})
    names = ", ".join(map(str, cores))
    return [f"both sides on core {names}: work that is no longer parallel shows only with --all-cores"] if cores else []


def _tell_size(record: GateRecord) -> list[str]:
    num_turns = sum(len(pair.base.turns) for pair in record.pairs)
    calm = sum(len(keep_calm(pair)) for pair in record.pairs)
    turns = (turns for pair in record.pairs for turns in zip(pair.base.turns, pair.head.turns, strict=True))
    short = sum(min(base.wall_ns, head.wall_ns) < MIN_JUDGED_NS for base, head in turns)
    num_pairs = count_things(len(record.pairs), "pair")
    unknown = f"; {short} too short to tell" if short else ""
    return [
        f"{num_pairs} of processes, {num_turns} of turns, {record.spent_s:.0f} s, seed {record.seed}",
        f"pairs of turns that others disturbed, left out: {num_turns - calm} of {num_turns}{unknown}",
    ]


def _tell_setting(record: GateRecord) -> list[str]:
    setting = record.base.setting
    return [
        f"{tell_computer(record.machine)}, {record.datetime[:16]}",
        tell_versions(setting.versions),
        *_tell_versions_of_head(record),
        *([] if record.pipelines else [tell_digits(setting.data_name, setting.data_fingerprint)]),
    ]


def _tell_versions_of_head(record: GateRecord) -> list[str]:
    """What head ran with, where it had packages of its own and they are not the same."""
    others = tuple(each for each in record.head.setting.versions if each not in record.base.setting.versions)
    return [f"head ran with {tell_versions(others)}"] if others else []
