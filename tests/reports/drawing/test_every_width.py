"""Tables of what no stored run holds, in terminals of every width; those of stored runs stand with the snapshots."""

from collections.abc import Sequence

import pytest
from descriptions import DESCRIPTION
from made_traces import FASTER, make_step, make_trace
from pipeline_records import AFTER, BEFORE, make_cold, make_mixed, make_pipeline, make_read, make_staged, make_summary
from widths import WIDTHS, check_lines, check_table, draw, watch_tables

from bench.doctor.findings import Finding, State
from bench.doctor.telling import tabulate_findings
from reports.drawing.blocks import Block
from reports.drawing.text import lay_out
from reports.stats.spread import Spread
from reports.tables.all_tables import tabulate_run
from reports.tables.description import tabulate_description
from reports.traces.comparison_tables import tabulate_comparison
from reports.traces.hosts import HostTrace, tabulate_hosts
from reports.trials.design_tables import tabulate_prices
from reports.trials.designs import Design, Price

LONG = "a_pipeline_of_a_person_who_likes_names_that_say_all"
SUMMARY = make_summary(
    *(BEFORE, AFTER, make_pipeline(LONG, [31, 30, 32, 30, 30, 31])),
    *(make_pipeline("after", [900] * 6, consumer="model"), make_pipeline("after", [600] * 6, consumer="emulated")),
    *(make_read("before", 0.0), make_read("after", 1.3), make_staged("before"), make_staged("after", "no time")),
    *(make_cold("before", [1500, 1510, 1490, 1500, 1505, 1495]), make_mixed("before", [0.5] * 6)),
)
TRACE = make_trace([make_step(8.1)] * 10)
HOSTS = [HostTrace("worker-0", TRACE), HostTrace("worker-with-a-long-name-1.cluster.example.org", None, "it is empty.")]
DESIGN = Design("raw", 3200, 8, is_pinned=False)
FINDINGS = [
    Finding("Python", State.OK, "3.11"),
    Finding("Profile tab", State.BAD, "xprof 2.24.2", "Duplicate plugins", ("pip install tensorboard",)),
]
REPORTS: dict[str, Sequence[Block]] = {
    "pipelines": tabulate_run(SUMMARY),
    "description": tabulate_description(DESCRIPTION),
    "two traces": tabulate_comparison(TRACE, make_trace([make_step(0.6, 3.0)] * 6, FASTER), top=3),
    "hosts": tabulate_hosts("train/2026_11_23", HOSTS),
    "findings": tabulate_findings(FINDINGS),
    "designs": tabulate_prices([Price(DESIGN, "time", Spread(0.1, 0.07, 0.2, 12), 3.0)], DESIGN),
}


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", REPORTS)
def test_every_table_fits_every_width(name: str, columns: int) -> None:
    with watch_tables() as tables:
        check_lines(draw(lay_out(REPORTS[name]), columns), columns)
    assert tables
    for table in tables:
        check_table(table, columns)
