"""The text of a query: words, form, dataset clause, validation, error position."""
