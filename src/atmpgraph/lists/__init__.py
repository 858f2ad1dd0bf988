"""Lists of things: declared by file, made with the release, looked up by the pages."""
