"""The library's tiles, preview and chooser."""
