"""One conformance suite, several targets: the rules as tables, run over each way the publication is served."""
