"""Celery tasks of each subject of this room; beat sends them."""
