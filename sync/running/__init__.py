"""What makes a pass a service: alone, watched, written down, and told to monitors."""
