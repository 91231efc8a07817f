"""What may be changed of a pipeline without changing what it means, with the proof, and what may not."""
