"""Which files a pipeline reads, and the system's page cache that holds them: for readings from the disk itself."""
