"""What measuring commands do around the measuring: where a run is kept, how its workers start, what is told of it."""
