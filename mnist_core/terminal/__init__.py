"""What the three commands share on a terminal: their shell, their console, and what of a text may go there."""
