"""Exported files: one offline HTML page or a notebook, and the workbench's state as JSON."""
