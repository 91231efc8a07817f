"""What this machine is, what disturbs it, and its only clock for anything that is compared."""
