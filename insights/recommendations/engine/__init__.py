"""What to do about machines that cost more than they need to: pure functions."""
