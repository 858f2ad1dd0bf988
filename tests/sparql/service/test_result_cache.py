"""Cached results: which are the same, and how many fit."""

from dataclasses import replace

from atmpgraph.sparql.service.messages import QueryJob
from atmpgraph.sparql.service.result_cache import ResultCache, cache_key
from atmpgraph.store import StoreAddress

STORE = StoreAddress("embedded", "store", "0")
JOB = QueryJob(STORE, "https://e.org/", 10, 10, 64, 100, 1_000, "ASK {}", (), (), "json", 0, "")


def test_a_result_depends_on_all_of_its_job() -> None:
    others = [
        replace(JOB, store=replace(STORE, kind="other")),
        replace(JOB, store=replace(STORE, location="other")),
        replace(JOB, store=replace(STORE, digest="1")),
        replace(JOB, query="ASK { }"),
        replace(JOB, default_graphs=("a",)),
        replace(JOB, named_graphs=("a",)),
        replace(JOB, format="xml"),
        replace(JOB, offset=1),
        replace(JOB, rows=11),
        replace(JOB, bytes=11),
        replace(JOB, rest="https://example.org/sparql?query=x&offset="),
    ]
    assert len({cache_key(job.encode()) for job in [JOB, *others]}) == len(others) + 1
    assert cache_key(JOB.encode()) == cache_key(replace(JOB).encode())


def test_the_least_recently_used_goes_first() -> None:
    cache = ResultCache(20_000)
    cache.put(b"a", (b"x" * 4_000, b"y" * 4_000))
    cache.put(b"b", (b"x" * 8_000,))
    assert cache.get(b"a") == (b"x" * 4_000, b"y" * 4_000)
    cache.put(b"c", (b"x" * 8_000,))
    assert cache.get(b"b") is None
    assert cache.get(b"a")
    assert cache.get(b"c")


def test_a_result_that_does_not_fit_is_not_cached() -> None:
    cache = ResultCache(20_000)
    cache.put(b"a", (b"x" * 20_000,))
    assert cache.get(b"a") is None
    assert cache.largest == 5_000


def test_results_without_content_have_a_size_too() -> None:
    cache = ResultCache(20_000)
    for number in range(1_000):
        cache.put(str(number).encode(), ())
    assert cache.get(b"0") is None
