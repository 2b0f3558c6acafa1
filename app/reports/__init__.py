"""Papers, tables and spreadsheets: everything that leaves the program as a document."""
