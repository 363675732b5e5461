"""Everything Freshet would need without a screen. Packages import only downward: see docs/architecture.md."""
