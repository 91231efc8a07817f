"""Who takes the batches: a module for each consumer, and the registry that finds it."""
