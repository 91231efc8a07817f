"""Models by name, saved models behind one call, and their export."""
