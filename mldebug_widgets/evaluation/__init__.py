"""What is debugged: a model applied to data. Start at ``evaluation.evaluate``."""
