"""Full-length fault trials: `python -m bench.soak` writes docs/reliability.md."""
