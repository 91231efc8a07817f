"""What of an installation and a machine will be empty, wrong or slow later, and how to mend it, before a long run."""
