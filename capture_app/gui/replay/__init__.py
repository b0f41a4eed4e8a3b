"""The window that shows a recording again."""
