"""Master data: everything that has a code, seen and written like a spreadsheet."""
