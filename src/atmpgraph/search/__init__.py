"""Finding: an index of the words of a release, made at build, and what is found in it.

    collect.py → index.py → (files of the release) → searcher.py → reason.py

`searcher_of(release).candidates(text, kind, limit)` is what other rooms need; `search` gives pages of hits with their
reason.
"""

from .query import Way
from .searcher import Candidate, Hit, Results, Searcher, searcher_of

__all__ = ["Candidate", "Hit", "Results", "Searcher", "Way", "searcher_of"]
