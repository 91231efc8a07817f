"""Proves by the graphs of a function that it treats the rows of a batch as it treats elements one by one."""
