"""A person's pipelines in a gate: which there are, where their code lies, whether both sides do the same work."""
