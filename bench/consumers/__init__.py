"""Who takes the batches: the consumers, and the registry that finds them."""
