"""What operators see: access log, event log, figures for Prometheus. None of it fails or delays a request."""
