"""What the reader reads, and the code that writes its tables."""
