"""A person's own program: run in a worker, watched, and kept where it trains on the dataset that is measured."""
