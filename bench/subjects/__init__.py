"""What is measured: described as data, and opened in the process that measures it."""
