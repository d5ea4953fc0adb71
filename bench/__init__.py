"""Benchmarks, and the tables that cog writes into the documentation."""
