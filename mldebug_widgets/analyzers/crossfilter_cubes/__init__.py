"""Histograms that follow a brush: columns as bins that a query can name, and their joint counts."""
