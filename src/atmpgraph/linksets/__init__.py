"""Linksets: the links of a release to each registry, for the registry to take over (VoID §5)."""
