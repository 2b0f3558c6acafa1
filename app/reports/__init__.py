"""Papers and reports by name, as PDF, XLSX and CSV."""
