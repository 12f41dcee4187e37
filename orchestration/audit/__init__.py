"""Proof for whoever trusts nobody: of all that the ledger vouches for, of cells by a second engine, and one zip of it.

Here belongs what checks the product from outside its own rules. What a refresh checks of itself is `quality`'s.
"""
