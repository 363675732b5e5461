"""Freshet's own HTTP routes, around the Mesop application."""
