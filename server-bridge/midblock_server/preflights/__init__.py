"""Preflights that were measured before, and when they still hold."""
