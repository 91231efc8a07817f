"""The tables of a run, as blocks, and the sentences that stand below them."""
