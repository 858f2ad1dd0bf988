"""What is important of a release: computed from its store at build, and read by the pages."""
