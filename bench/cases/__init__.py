"""Cases as data: what is measured, by which consumer, with which rewrites, on which device."""
