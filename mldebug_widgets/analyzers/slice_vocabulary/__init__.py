"""From an Evaluation to predicates: the conditions of a slice, their codes, their queries, their words."""
