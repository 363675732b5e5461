"""What a tab remembers, and the loaders that change it. Small on purpose: all of it travels with every event."""
