"""The trained model as a file."""
