"""The worker: reads a tracking table, has it judged, writes what it found and tells the people concerned."""
