"""Helpers that know nothing of clouds or inventory; anybody may import them."""
