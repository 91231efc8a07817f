"""How results look: numbers as text, and tables, lines and figures as neutral data."""
