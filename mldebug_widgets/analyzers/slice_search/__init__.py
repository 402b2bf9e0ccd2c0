"""Exact top-k search over conjunctions of coded columns: counting, bounds, lattice. Knows arrays, not tables."""
