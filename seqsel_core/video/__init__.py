"""Find, probe and read videos."""
