"""``python -m reports`` is ``mnist-report``."""

from reports.commands.cli import main

main()
