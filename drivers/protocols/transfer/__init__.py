"""Protocols that carry files, as codecs without I/O: bytes in, events out, bytes out."""
