"""The invented company: built, moved on, and controlled by one presenter at a time."""
