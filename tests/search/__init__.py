"""Finding: what is searched, how it is compared, and what comes first."""
