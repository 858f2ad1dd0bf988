"""Our things in the terms of other vocabularies: a folder a profile, a CONSTRUCT query a kind of thing.

`$thing` in a query stands for the thing; relative IRIs resolve against the base of the publication. A profile whose
queries construct nothing for a thing is not offered for it.
"""
