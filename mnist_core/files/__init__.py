"""Files and folders that are there whole or not at all, the page cache, and files of traces."""
