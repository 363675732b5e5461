"""Measurements of the real product.

`python -m bench` writes docs/benchmarks.md, `python -m bench.soak` docs/reliability.md.
"""
