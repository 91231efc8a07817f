"""The subcommands of ``mnist-report``: what each takes and prints. With cli.py the only printers of the package."""
