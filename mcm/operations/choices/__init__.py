"""What a form for something new needs, and the rules by which a choice is judged, there and when it is asked for."""
