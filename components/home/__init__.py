"""What the Home page is made of: ways to begin, and shelves."""
