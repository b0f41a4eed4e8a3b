"""The window that shows several readers of one image side by side or laid over each other."""
