"""A log folder for TensorBoard's HParams tab: every case a trial, what it is beside what was measured.

Only TensorBoard's protocol buffers and its record format are used, which import no TensorFlow.
Source: tensorboard 2.21, plugins/hparams: summary_v2.py, metadata.py, backend_context.py.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb

from mnist_core.language.features import find_features
from reports.formats.columns import name_ratio
from reports.formats.event_file import EVENT_FILE, encode_events
from reports.formats.results import EXPORTED, collect_results
from reports.summary.case import CaseSummary
from reports.summary.metric import ROUND_TIME
from reports.summary.summary import Summary

UNSAFE = re.compile(r"[^A-Za-z0-9_.,()=-]")
LONGEST_NAME = 120  # characters of a trial's folder
DIGEST_DIGITS = 8
DEFAULT_CHOICE, NO_VALUE = "default", "-"
GROUP, NAME = "group", "benchmark"  # of other projects' benchmarks, beside their parameters
ORDERINGS = "Orderings of a tf.data pipeline, measured by MNIST Bench."
BENCHMARKS = "Benchmarks, measured by pytest-benchmark."

HParam = bool | int | float | str
TYPES = {str: api_pb2.DATA_TYPE_STRING, bool: api_pb2.DATA_TYPE_BOOL}


@dataclass(frozen=True)
class Trial:
    """A result in TensorBoard's terms.

    Args:
        result: Case whose id is the trial's.
        hparams: What it is, by name; the same names for every trial of a record.
        metrics: What was measured of it, by name, the most telling first.
    """

    result: CaseSummary
    hparams: Mapping[str, HParam]
    metrics: Mapping[str, float]


def build_log_folder(summary: Summary) -> dict[str, bytes]:
    """By path, the event files: the experiment's at the top, then one in a folder for each trial."""
    trials = _build_trials(summary, collect_results(summary))
    seconds = _read_seconds(summary.datetime)
    words = BENCHMARKS if summary.benchmarks else ORDERINGS
    experiment = _describe_experiment(trials, words, seconds)
    files = {EVENT_FILE: encode_events([experiment], seconds)}
    for trial in trials:
        files[f"{name_folder(trial.result.id)}/{EVENT_FILE}"] = encode_events(_describe_trial(trial, seconds), seconds)
    return files


def name_folder(case_id: str) -> str:
    """The id as the name of a folder; what no folder should be called is replaced, and told apart by a digest."""
    name = UNSAFE.sub("_", case_id)[:LONGEST_NAME].lstrip(".")
    return name if name == case_id else f"{name}-{hashlib.sha256(case_id.encode()).hexdigest()[:DIGEST_DIGITS]}"


def _build_trials(summary: Summary, results: Sequence[CaseSummary]) -> list[Trial]:
    """A choice that a case leaves at its default has that as its value: TensorBoard hides a trial with a gap."""
    if summary.benchmarks:
        return _build_benchmark_trials(results)
    names = sorted({name for result in results for name, _ in result.choices})
    defaults: dict[str, HParam] = dict.fromkeys(names, DEFAULT_CHOICE)
    return [
        Trial(result, defaults | dict(result.choices) | _describe_case(result), _list_metrics(summary, result))
        for result in results
    ]


def _build_benchmark_trials(results: Sequence[CaseSummary]) -> list[Trial]:
    """Of another project: parameters and group are hyperparameters, under the test's own name."""
    none = dict.fromkeys((name for result in results for name, _ in result.parameters), NO_VALUE)
    has_groups = any(result.group for result in results)
    return [
        Trial(
            result,
            {
                **none,
                **dict(result.parameters),
                **({GROUP: result.group} if has_groups else {}),
                NAME: _name_test(result),
            },
            {ROUND_TIME.column: result.get(ROUND_TIME).median, "num_rounds": result.get(ROUND_TIME).count},
        )
        for result in results
    ]


def _name_test(result: CaseSummary) -> str:
    """Its full name without its parameters."""
    return result.name.partition("[")[0] if result.parameters else result.name


def _describe_case(case: CaseSummary) -> dict[str, HParam]:
    """Of those that differ, TensorBoard shows the first five by name: the long text comes last."""
    return {
        "arm": case.arm,
        "case": case.name,
        "consumer": case.consumer_label,
        "device": case.device,
        **asdict(find_features(case.ordering)),
        "written_as": case.ordering,
    }


def _list_metrics(summary: Summary, result: CaseSummary) -> dict[str, float]:
    """Medians; those that every timed case has fill the five axes that TensorBoard shows first."""
    return {
        **{metric.column: found.median for metric in EXPORTED if (found := result.find(metric)) is not None},
        **({} if result.ratio is None else {name_ratio(summary): result.ratio.median}),
        "num_turns": result.num_turns,
        "num_contaminated_turns": result.num_contaminated,
    }


def _describe_experiment(trials: Sequence[Trial], words: str, seconds: float) -> summary_pb2.Summary:
    """All names, with the values that they take, so that TensorBoard offers filters and axes for them."""
    experiment = api_pb2.Experiment(
        description=words,
        time_created_secs=seconds,
        hparam_infos=[_describe_hparam(name, [trial.hparams[name] for trial in trials]) for name in trials[0].hparams],
        metric_infos=[api_pb2.MetricInfo(name=api_pb2.MetricName(tag=name)) for name in rank_metrics(trials)],
    )
    return _summarize(metadata.EXPERIMENT_TAG, plugin_data_pb2.HParamsPluginData(experiment=experiment))


def _describe_hparam(name: str, values: Sequence[HParam]) -> api_pb2.HParamInfo:
    """Its type, its domain and whether it differs: TensorBoard shows those that do first."""
    distinct = sorted(set(values))  # of one type
    info = api_pb2.HParamInfo(name=name, differs=len(distinct) > 1)
    info.type = TYPES.get(type(distinct[0]), api_pb2.DATA_TYPE_FLOAT64)
    if info.type == api_pb2.DATA_TYPE_FLOAT64:
        info.domain_interval.min_value, info.domain_interval.max_value = distinct[0], distinct[-1]
    else:
        info.domain_discrete.extend(distinct)
    return info


def rank_metrics(trials: Sequence[Trial]) -> list[str]:
    """The names of all metrics, those first that every timed trial has.

    TensorBoard shows the first five and hides a trial that lacks one of them.
    """
    timed = [trial for trial in trials if trial.result.num_turns] or list(trials)
    names = dict.fromkeys(name for trial in trials for name in trial.metrics)
    return sorted(names, key=lambda name: sum(name not in trial.metrics for trial in timed))


def _describe_trial(trial: Trial, seconds: float) -> list[summary_pb2.Summary]:
    end = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=seconds)
    return [
        hparams_pb(dict(trial.hparams), trial_id=trial.result.id, start_time_secs=seconds),
        *(scalar_pb(name, value) for name, value in trial.metrics.items()),
        _summarize(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=end)),
    ]


def _summarize(tag: str, data: plugin_data_pb2.HParamsPluginData) -> summary_pb2.Summary:
    summary = summary_pb2.Summary()
    summary.value.add(tag=tag, metadata=metadata.create_summary_metadata(data), tensor=metadata.NULL_TENSOR)
    return summary


def _read_seconds(text: str) -> float:
    """Since 1970, of a time in ISO 8601; 0 for a record that does not tell."""
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0
