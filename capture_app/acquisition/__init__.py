"""The acquisition process: drivers, clock synchronisation and the only file writer; no Qt, no images."""
