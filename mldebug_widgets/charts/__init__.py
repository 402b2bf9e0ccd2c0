"""Results as bqplot figures, in one theme. The only part of the package that imports bqplot."""
