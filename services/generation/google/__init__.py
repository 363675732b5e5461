"""Google's models, through Google's own SDK. Loaded only where FRESHET_PROVIDER asks for them."""
