"""How attributions of tables are computed: what is explained, from which baseline, and by which method."""
