"""What a run found, on one screen: the sentences that a reader needs who reads nothing else, and the ranking."""
