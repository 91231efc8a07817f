"""The gate where the truth is known: trials, planted slowdowns and designs of a pair, for its authors."""
