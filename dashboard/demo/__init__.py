"""The invented company: built, moved on, and conducted by one presenter at a time."""
