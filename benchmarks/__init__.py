"""Benchmarks of the whole: bytes that a reader pays for, work that a build costs, Lighthouse. `make bench` runs them."""
