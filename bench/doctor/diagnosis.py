"""All the rules, each a pure function of what it needs of the readings."""

from __future__ import annotations

from collections.abc import Iterator

from bench.doctor.findings import Finding, sort_findings
from bench.doctor.gpu_rules import check_counters, check_cupti, check_driver, check_gpu, check_kernels
from bench.doctor.machine_rules import check_machine, check_temp_folder, check_turbo, check_variables
from bench.doctor.package_rules import (
    check_leftovers,
    check_legacy_keras,
    check_own_version,
    check_python,
    check_requirements,
    check_tensorflow,
    check_twins,
)
from bench.doctor.profiler_rules import check_charts, check_profile_tab, check_tensorboard
from bench.doctor.readings import Readings
from bench.doctor.start_rules import check_byte_code, check_import, check_keras


def diagnose(readings: Readings) -> tuple[Finding, ...]:
    """What the rules find, the worst first."""
    return sort_findings(_find(readings))


def _find(readings: Readings) -> Iterator[Finding]:
    installed, answer, gpu = readings.installed, readings.answer, readings.gpu
    yield from check_own_version(installed)
    yield from check_python(readings.interpreter, installed)
    yield from check_tensorflow(installed)
    yield from check_import(installed, answer)
    yield from check_keras(answer)
    yield from check_twins(installed)
    yield from check_leftovers(installed)
    yield from check_requirements(installed)
    yield from check_legacy_keras(installed, readings.variables)
    yield from check_tensorboard(installed)
    yield from check_profile_tab(installed)
    yield from check_charts(installed, readings.charts)
    yield from check_gpu(gpu, answer)
    yield from check_driver(gpu, answer)
    yield from check_kernels(answer)
    yield from check_cupti(answer)
    if gpu.is_there:
        yield from check_counters(gpu)
    yield from check_byte_code(readings.byte_code)
    yield from check_temp_folder(readings.temp)
    yield from check_machine(readings.surroundings)
    yield from check_turbo(readings.surroundings)
    yield from check_variables(readings.surroundings, readings.variables)
