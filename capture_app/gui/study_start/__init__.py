"""Before a session with a study: open or make one, see what it is, fill in the start form, check."""
