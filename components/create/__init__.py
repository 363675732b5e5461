"""The Create pages' form and results, the same for every kind of run."""
