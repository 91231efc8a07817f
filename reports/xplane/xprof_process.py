"""The process in which xprof reads a trace: ``python -m reports.xplane.xprof_process FOLDER``.

xprof is C++: a file that it cannot bear ends the process, and it writes to standard error whatever it does. It also
leaves results of its own beside the file. In a process and a folder of its own none of this reaches the user.
"""

from __future__ import annotations

import sys
from pathlib import Path

TOOLS = ("input_pipeline_analyzer", "framework_op_stats")
TRACE = "host.xplane.pb"  # xprof takes the name of the host from the name of the file


def main(folder: Path) -> None:
    """Write what each tool says about the trace in `folder` beside it, as JSON."""
    from xprof.convert import raw_to_tool_data  # noqa: PLC0415  # in this process only

    for tool in TOOLS:
        options = {"use_saved_result": False}
        table, _ = raw_to_tool_data.xspace_to_tool_data([str(folder / TRACE)], tool, options)
        if table is not None:
            text = table.decode("utf-8") if isinstance(table, bytes) else str(table)
            (folder / f"{tool}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
