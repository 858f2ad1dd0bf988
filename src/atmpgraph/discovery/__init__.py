"""Link discovery: which record of a registry may be which of our organisations, for a person to decide."""
