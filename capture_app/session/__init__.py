"""The headless engine of the app process: cases, states, live analysis; everything that decides, no Qt."""
