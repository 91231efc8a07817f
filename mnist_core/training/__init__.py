"""Training: the loops, the epochs' results, resume, the run's folder and what the command shows of it."""
