"""What is read of a pipeline on its own, in a process that does nothing else: its stages' times, its order."""
