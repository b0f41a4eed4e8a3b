"""Published formats, one module each, and the tables of other programs."""
