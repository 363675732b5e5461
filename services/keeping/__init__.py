"""Keeping a library in order: the trash that empties itself, files that belong to nothing, what is taken out whole."""
