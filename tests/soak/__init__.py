"""Proofs at their full count: `python -m tests.soak` tries them and writes RESULTS.md."""
