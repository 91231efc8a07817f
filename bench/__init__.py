"""How the pipelines and the training are measured: `pytest bench/ --benchmark-only`."""
