"""View models, a module for each kind of page; their templates are in `templates/`."""
