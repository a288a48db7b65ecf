"""Prices of clouds, exchange rates, negotiated rates."""
