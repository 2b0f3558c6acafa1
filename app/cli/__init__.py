"""The command line: every service that a person or a script needs without a window."""
