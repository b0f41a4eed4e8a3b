"""The operator's console of a session with a study: what the reader does, how good it is, what comes next."""
