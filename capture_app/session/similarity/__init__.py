"""How alike readings are, for people: scores of predicted scanpaths, and neighbours by gaze to browse."""
