"""What is stored of a run: typed, checked and versioned. The sole owner of the stored names."""
