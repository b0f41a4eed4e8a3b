"""Targets and their validation: how good the gaze of a session is, target by target."""
