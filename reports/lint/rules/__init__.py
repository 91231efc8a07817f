"""The rules, by theme: pure functions from facts to what was found."""
