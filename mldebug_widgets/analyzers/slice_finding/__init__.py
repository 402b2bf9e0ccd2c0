"""From candidates to slices that a person can rely on: confirming, folding, words, and what to do next."""
