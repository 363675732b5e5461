"""A library that looks as if people had worked in it for months: for trying things out, and for measuring."""
