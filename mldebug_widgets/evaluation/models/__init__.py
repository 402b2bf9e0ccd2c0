"""One adapter per family of models; ``adapt_model`` chooses."""
