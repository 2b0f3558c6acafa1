"""Terminal families, one file each."""
