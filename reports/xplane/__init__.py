"""Profiler traces as files: where they lie, what lies beside them, and their events as columns."""
