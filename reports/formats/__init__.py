"""A record in the words of other programs: a module for each format, chosen in `reports.formats.export`."""
