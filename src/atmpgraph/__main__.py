"""`python -m atmpgraph`."""

from .cli import main

main()
