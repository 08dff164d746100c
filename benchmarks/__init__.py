"""Benchmarks of the whole: bytes for a reader, work for a build, Lighthouse. `make bench` runs them."""
