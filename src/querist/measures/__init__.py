"""Pure functions from arrays to arrays: uncertainty, disagreement, distances, ranking."""
