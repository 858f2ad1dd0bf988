"""The two layers of a publication: whether its own files fit the supplied ones, and what an upgrade does.

Where the layers are, `settings/layers.py` knows.
"""
