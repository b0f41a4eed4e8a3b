"""Dialogs that export recordings to published formats and import published datasets."""
