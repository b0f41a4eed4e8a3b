"""Benchmarks: how fast, how small, nothing lost. ``python -m benchmarks`` prints all tables."""
