"""How a release is made: check, dumps, self-description, build, reactivation."""
