"""The wall: a full screen that nobody touches."""
