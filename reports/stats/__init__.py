"""Pure statistics: numbers in, numbers out. Imports nothing of the project."""
