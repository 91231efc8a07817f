"""The bench called from a program or notebook of one's own: what was given is measured or described."""
