"""On which device this process computes, why there is no GPU, and the proof of what was used."""
