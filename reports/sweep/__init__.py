"""What a sweep found: which rewrite of a pipeline is faster, by how much, and at what cost. Pure; no TensorFlow."""
