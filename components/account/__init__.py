"""Parts of the account page."""
