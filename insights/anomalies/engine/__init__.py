"""Anomaly detection: pure functions over series, without models or a database.

records.py is what crosses the border and is plain Python; the others need numpy and
are imported where the work is done.
"""
