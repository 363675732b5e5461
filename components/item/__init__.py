"""The parts of an item's page."""
