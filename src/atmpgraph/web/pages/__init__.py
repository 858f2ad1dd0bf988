"""View models, a module for each kind of page; their templates stand in `templates/`."""
