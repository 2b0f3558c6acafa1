"""Rules of the trade: values, checks and state tables that know nothing of files, screens or lines."""
