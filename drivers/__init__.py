"""What talks to terminals: links, protocols, devices; knows nothing of the office side."""
