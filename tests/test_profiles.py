"""Translations into other vocabularies: what their queries tell before they run is what they construct."""

from collections import Counter

from atmpgraph.profiles.registry import SCHEMA, TRANSLATED
from atmpgraph.profiles.translate import classes_in, delivered, translated
from atmpgraph.rdf.statements import text_of
from atmpgraph.release.release import Release
from atmpgraph.vocab import RDF

_TYPED = "SELECT DISTINCT ?thing { ?thing a ?class FILTER(isIRI(?thing)) }"


def check_what_queries_tell(release: Release) -> Counter[str]:
    """Profiles and classes of all things, told by their classes and taken from the results; how many have a profile."""
    found = Counter[str]()
    things = {row["thing"].value for store in (release.store, release.catalogue_store) for row in store.select(_TYPED)}
    for thing in sorted(things):
        told = {profile.token for profile in delivered(release, thing)}
        for profile in TRANSLATED:
            quads = translated(release, thing, profile)
            assert bool(quads) == (profile.token in told), (thing, profile.token)
            found[profile.token] += bool(quads)
            if profile is SCHEMA:
                own = [q for q in quads if text_of(q.subject) == thing and q.predicate.value == f"{RDF}type"]
                assert classes_in(release, thing, profile) == sorted({text_of(q.object) for q in own}), thing
    return found


def test_of_the_first_publication(release: Release) -> None:
    found = check_what_queries_tell(release)
    assert found["schema"] > 300
    assert found["eurio"] > 50
