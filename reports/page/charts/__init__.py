"""The form and the colours of the pictures of a page."""
