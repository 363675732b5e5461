"""Durable runs: started by a click, finished once, whatever happens to the process in between."""
