"""Processes that start workers elsewhere than from this one: under a lot, or under another interpreter."""
