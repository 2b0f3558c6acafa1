"""One file for each way that a terminal hangs on USB; each has a `run(host)` for inside."""
