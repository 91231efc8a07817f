"""``python -m reports`` is ``mnist-report``."""

from reports.cli import main

main()
