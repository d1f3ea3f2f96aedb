"""What happened in a project, and where it stands: events, the board that replays them, classes, settings."""
