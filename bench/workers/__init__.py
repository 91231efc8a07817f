"""The fork server, the life of a worker forked from it, and what the two say to each other."""
