"""The command ``mnist-bench``: a module for each subcommand, and how far it has come."""
