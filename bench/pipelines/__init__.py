"""What can be known of a dataset without timing it, and the rewrites that it runs with."""
