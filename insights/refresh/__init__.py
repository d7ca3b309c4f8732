"""Computes insights and keeps them: the one package that reads and writes for them.

run.py is its door. It loads the statistics libraries, so only workers and commands
import it.
"""
