"""The query service: a broker that evaluates nothing, and processes that do and can be killed."""
