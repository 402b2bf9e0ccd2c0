"""From an Evaluation to predicates: which conditions a slice may be made of, their codes, their queries, their words."""
