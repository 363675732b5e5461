"""Drawing from values and callbacks."""
