"""Metrics with their 95% intervals, computed from all rows they are given.

Everything here takes plain arrays. The analyzers choose the rows; ``scored.py`` leaves out those without a finite
score or a known target, and says how many remain.
"""
