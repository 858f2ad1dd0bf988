"""Other people's terms for our things: a folder a profile, a CONSTRUCT query a kind of thing, `$thing` stands for it.

A query that matches nothing delivers nothing, and a profile that delivers nothing of a thing is not offered for it.
Relative IRIs resolve against the base of the publication.
"""
