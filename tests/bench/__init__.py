"""Benchmarks: run by `python -m tests.bench`, never by the test run."""
