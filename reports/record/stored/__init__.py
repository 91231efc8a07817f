"""Typed values from what JSON holds, and the checks that they make when they are made."""
