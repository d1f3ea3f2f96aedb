"""Embeddings of rows: vectors that the user brings, or that a model makes of texts, as a block of features."""
