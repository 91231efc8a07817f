"""Makes the chain of a pipeline in another order, from the calls that were remembered while it was built."""
