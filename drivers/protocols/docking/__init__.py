"""The docking protocol as codecs without I/O: bytes in, events out, bytes out (PROTOCOL.md)."""
