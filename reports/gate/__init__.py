"""The verdict of a gate run, from its pairs alone."""
