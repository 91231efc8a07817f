"""Step marks for the profiler, in Keras' fit and in loops of one's own, and traces read back."""
