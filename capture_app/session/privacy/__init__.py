"""Privacy: proving that nothing of the source headers is in a folder, and withdrawing a reader."""
