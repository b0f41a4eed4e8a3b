"""Readings and their neighbours by gaze."""
