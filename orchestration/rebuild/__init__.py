"""Loading and building again, and comparing: restore, upgrade, reproduce, and why two publications differ.

Here belongs what makes state anew from the archive and holds it against the ledger or a publication. It never publishes.
"""
