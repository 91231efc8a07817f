"""Turns of a group of cases, interleaved in random order, and their way into pytest-benchmark."""
