"""What would be down together: availability as mcm observed or was promised it, and what stands only once."""
