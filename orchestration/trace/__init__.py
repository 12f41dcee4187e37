"""From a published figure to the lines of the senders' files, and the sum back.

Here belongs following and adding up. Proof that files and figures are unchanged is `audit`'s.
"""
