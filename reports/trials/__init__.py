"""Trials of the gate, counted: how often it and its peers were right."""
