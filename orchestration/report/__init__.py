"""What people read of what is published and of how a home stands, and the tables and pages that it is shown in.

Here belongs what is read and laid out; nothing is computed here. A figure's way to the senders' lines is `trace`'s.
"""
