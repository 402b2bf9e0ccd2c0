"""Simple models that a real one must beat: the prior, logistic regression and ridge regression.

They see the raw columns that the user's model sees, through one plain encoding. They are fitted without touching any
global random state, and can be stopped between pieces of work.
"""
