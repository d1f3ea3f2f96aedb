"""Promises about a frozen model: what they will take, and how they are told."""
