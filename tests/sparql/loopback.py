"""The query service as it is, but for loopback, which it takes for public: the services of tests are there."""

import sys

from atmpgraph.sparql.service.broker import main

if __name__ == "__main__":
    main(sys.argv[1:], permitted=bool)
