"""Clouds' own bills: by what columns each is recognised, and what FOCUS columns are made of it."""
