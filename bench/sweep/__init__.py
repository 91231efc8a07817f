"""A sweep: a pipeline as it is against its legal rewrites, and what the fastest of them gains on fresh pairs."""
