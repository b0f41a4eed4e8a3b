"""Before a session with a study: open or make one, look what it is, fill in the start form, check the station."""
