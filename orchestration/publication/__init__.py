"""From the verdict to what BI reads: immutable publications, the switch between them, rollback, and release by two people.

Here belongs what makes, keeps and serves a publication. What speaks for it is `quality`'s; what compares two or builds one again
is `rebuild`'s.
"""
