"""Rules of the trade: values, checks and state tables, without input or output."""
