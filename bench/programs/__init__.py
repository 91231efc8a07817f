"""A person's own program: where it is imported from; run, watched, and kept where it trains on the dataset."""
