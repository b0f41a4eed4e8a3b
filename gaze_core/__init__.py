"""The shared vocabulary and mathematics of gaze: rows, clocks, geometry, detectors, heatmaps, quality.

Needs numpy and OpenCV alone: no window, no file, no device.
"""
