"""The archive: what is closed leaves people's tabs for tabs of its own, copied and compared before it goes."""
