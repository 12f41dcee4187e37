"""The record of what happened to a home: an append-only, hash-chained file, who wrote to it, and the one lock that writers take.

Here belongs what is told (events, people, files with their hashes, policy in use), the hashes that it is told with, and the proof
that nobody changed it. What a check found, what is published and how a home is loaded again belong in the rooms that tell of it.
"""
