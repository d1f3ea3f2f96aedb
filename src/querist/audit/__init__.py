"""Honest figures: how good a model is, said while the labels that train it are being chosen."""
