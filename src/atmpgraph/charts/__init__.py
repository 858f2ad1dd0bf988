"""Pictures of what a release says: declared by file (a query and a Vega-Lite specification), drawn at build, served."""
