"""Talks to clouds. Plain Python: no Django, no database."""
