"""Runs beside each other: what differs, what got worse, and the verdict on it."""
