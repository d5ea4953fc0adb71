"""The handbook: what every row is judged by. Pure."""
