"""Two revisions side by side: pairs of processes, the slots they sit in, and the settings."""
