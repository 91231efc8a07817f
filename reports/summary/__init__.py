"""What a record amounts to: metrics, estimates and ratios, of our records and of any pytest-benchmark file."""
