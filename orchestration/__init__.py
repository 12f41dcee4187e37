"""What happens to a home, in which order, and what vouches for it; computes no figure.

A folder is a room, and a room imports rooms below it only: docs/architecture.md draws them, and tests/house_rules/rooms.py lists
them. `settings` stands below them all, the only module that reads the environment.
"""
