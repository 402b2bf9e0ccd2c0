"""How attributions of texts are computed: words from tokens, what is explained, and by which method."""
