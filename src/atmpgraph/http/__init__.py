"""HTTP as pure functions on strings and bytes: negotiation, representations, problems. No web framework here."""
