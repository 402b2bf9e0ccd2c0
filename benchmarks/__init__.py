"""Timings as ratios against a named peer or a bare floor, both measured in one run after a parity check."""
