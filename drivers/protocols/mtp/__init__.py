"""MTP (PTP over USB), the side that asks: ISO 15740 with Microsoft's extension, USB-IF MTP 1.1."""
