"""Receipt printers: what is printed as rows, the bytes printers understand, and how they get there."""
