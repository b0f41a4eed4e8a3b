"""The Reading Station: the capture application, its sessions and its windows."""

__version__ = "0.1.0"
