"""What operators see: the access log, the event log, and figures for Prometheus. None of it may fail or delay a request."""
