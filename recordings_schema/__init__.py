"""Recordings: how they are laid out, written, read, checked, repaired and exchanged."""
