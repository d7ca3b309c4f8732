"""Computes and stores insights; run.py is its entry point.

It loads the statistics libraries, so only workers and commands import it.
"""
