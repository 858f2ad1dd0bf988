"""Searching at size: how long an index takes to make, how large it is, and how long it searches.

    python -m benchmarks.search [LABELS]

makes up half as many organisations as there are labels (a million by default), each with names in two languages and an
identifier, writes their index, and prints for texts of several kinds the milliseconds of the best of five searches.
Time is that of the processor, so what else the machine does counts little.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

from atmpgraph.search import Searcher
from atmpgraph.search.collect import Entry, Text
from atmpgraph.search.index import write_index

_SYLLABLES: Final = (
    *("ba", "ri", "lo", "ven", "ter", "mi", "cel", "gen", "vec", "tor", "pha", "bio", "win"),
    *("lu", "na", "ko", "du", "sta", "li", "gre", "ma", "pro", "ti", "ger", "on"),
)
_COMMON: Final = ["Institut", "de", "la", "Université", "Laboratoire", "Centre", "des", "van", "het", "Instituut"]
_WORDS: Final = 60_000
_TIMES: Final = 5
_KINDS: Final = ("urn:organisation", "urn:person", "urn:project")


def things(count: int) -> Iterator[Entry]:
    """Made-up things; some words are in very many names and most in few (Zipf's law)."""
    random = Random(1)  # noqa: S311 - made-up names
    vocabulary = ["".join(random.choices(_SYLLABLES, k=random.randint(2, 5))) for _ in range(_WORDS)]
    weights = list(accumulate(1 / (place + 5) for place in range(_WORDS)))

    def name() -> str:
        rare = random.choices(vocabulary, cum_weights=weights, k=random.randint(1, 3))
        return " ".join([random.choice(_COMMON), *map(str.capitalize, rare), str(random.randint(1, 99_999))])

    for number in range(count):
        texts = Text("name", "fr", name()), Text("name", "nl", name()), Text("identifier", "", f"0{number:08}")
        kind = _KINDS[number % len(_KINDS)]
        yield Entry(f"https://example.org/id/thing/{number}", kind, (kind,), texts)


def texts_of(first: Entry) -> dict[str, str]:
    """Texts that people may type, by their kind."""
    name = first.texts[0].text
    return {
        "a name": name,
        "its words, swapped": " ".join(reversed(name.split())),
        "a name with typing errors": " ".join(word[1] + word[0] + word[2:] for word in name.split() if len(word) > 3),
        "a beginning": name.split()[1][:4],
        "an identifier": "BE 0000.000.123",
        "a word in a tenth of the names": "université",
        "the beginning of a fifth of them": "inst",
        "two common words": "de la",
        "common words that no name has together": "institut de la université",
        "nothing": "zzzz qqqq",
        "200 characters": (name + " ") * (200 // len(name)),
    }


def main(labels: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, start = Path(scratch) / "index", time.process_time()
        write_index(things(labels // 2), folder)
        seconds, size = time.process_time() - start, sum(file.stat().st_size for file in folder.iterdir())
        print(f"{labels:,} labels: {seconds:.1f} s, {size / 1e6:.0f} MB")
        start = time.process_time()
        searcher = Searcher(folder)
        print(f"opened in {(time.process_time() - start) * 1_000:.1f} ms")
        for kind, text in texts_of(next(things(1))).items():
            times = []
            for _ in range(_TIMES):
                start = time.process_time()
                results = searcher.search(text)
                times.append(time.process_time() - start)
            print(f"{min(times) * 1_000:7.1f} ms {results.count:9,} {results.way.value:8} {kind}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
