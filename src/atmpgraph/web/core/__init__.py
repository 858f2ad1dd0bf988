"""What every route shares: context, responses, representations, links, labels, language."""
