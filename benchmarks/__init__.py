"""Benchmarks: commands of their own that check their answer before they report a time. None is part of the test suite."""
