"""Runs one case in a process of its own and hands back samples."""
