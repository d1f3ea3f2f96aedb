"""The command line: parsing and words only."""
