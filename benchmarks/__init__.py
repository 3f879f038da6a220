"""Benchmarks, each beside its limit in the same run. `throughcare bench` runs them and prints the table."""
