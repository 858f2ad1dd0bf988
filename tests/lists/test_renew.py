"""Lists that follow others have the bytes of those that are made from nothing, whatever came or went."""

import random
from pathlib import Path

import pytest

from atmpgraph.lists.declared import Column, Declaration, declarations
from atmpgraph.lists.renew import renew_lists
from atmpgraph.lists.write import write_lists
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.sparql.syntax.taking_part import places
from atmpgraph.store import memory_store
from atmpgraph.store.changes import Changes
from atmpgraph.vocab import ORG, RDF

from ..conftest import BASE
from ..long import LONG

LABEL = b"<http://www.w3.org/2004/02/skos/core#prefLabel>"


def edited(lines: list[bytes], chance: random.Random) -> list[bytes]:
    """Some statements about a few things taken out, given to another thing, or with the object of another."""
    lines, number = list(lines), chance.randrange(1, 6)
    for at in chance.sample(range(len(lines)), number):
        subject, predicate, rest = lines[at].split(b" ", 2)
        same = [line for line in lines if line.split(b" ", 2)[1] == predicate]
        other_subject, _, other_rest = chance.choice(same).split(b" ", 2)
        changed = chance.choice(
            [
                b"",
                b" ".join((other_subject, predicate, rest)),
                b" ".join((subject, predicate, other_rest)),
                b" ".join((b"<urn:new%d>" % chance.randrange(9), predicate, rest)),
            ]
        )
        lines[at] = changed or lines[at - 1]
    labels = [at for at, line in enumerate(lines) if line.split(b" ", 2)[1] == LABEL]
    if chance.random() < 0.6:
        at = chance.choice(labels)
        lines[at] = lines[at].replace(b'"', b'"' + chance.choice([b"A", b"z", b"\xc3\xa9"]), 1)
    if chance.random() < 0.2:
        gone = chance.choice(lines).split(b" ", 1)[0]
        lines = [line for line in lines if line.split(b" ", 1)[0] != gone]
    return sorted(set(lines))


def test_random_edits_end_in_the_bytes_of_lists_from_nothing(
    release: Release, released: Settings, tmp_path: Path
) -> None:
    declared, languages = declarations(released.layered("lists"), released.base), released.languages
    chance, base, renewed = random.Random(5), released.base, 0
    lines = release.folder.canonical.read_bytes().splitlines(keepends=True)
    before, path = memory_store(lines, base), tmp_path / "0"
    write_lists(path, declared, before, languages)
    steps = 60 if LONG else 8
    for step in range(1, steps + 1):
        then, lines = lines, edited(lines, chance)
        after, anew = memory_store(lines, base), tmp_path / f"{step}"
        changes = Changes(before, after, sorted({*then} - {*lines}), sorted({*lines} - {*then}))

        def touched(query: str, variable: str, changes: Changes = changes) -> frozenset[str] | None:
            return changes.touched(places(query, base), variable)

        write_lists(anew, declared, after, languages)
        if renew_lists(tmp_path / "renewed", path, declared, after, languages, touched):
            renewed += 1
            assert (tmp_path / "renewed").read_bytes() == anew.read_bytes(), (changes.gone, changes.come)
        path.unlink()
        before, path = after, anew
    assert renewed > steps / 2


@pytest.mark.parametrize("words", [r"two\nlines", r"a \"word\"", r"C:\\"])
def test_a_name_is_another_in_rows_with_any_text(words: str, tmp_path: Path) -> None:
    texts, kinds = (Column(name, {"en": name}, f"?thing <urn:{name}> ?value") for name in ("words", "kind"))
    listed = Declaration("list", {"en": "List"}, "?thing <urn:words> ?words", columns=(texts, kinds))
    rows = "".join(
        f'<urn:{n}> <urn:words> "{words}" <urn:g> .\n<urn:{n}> <urn:kind> <urn:kind{n}> <urn:g> .\n' for n in (1, 2)
    )
    names = [f'<urn:kind1> {LABEL.decode()} "{name}" <urn:g> .\n'.encode() for name in ("a", "z")]
    common = [*rows.encode().splitlines(keepends=True), f'<urn:kind2> {LABEL.decode()} "b" <urn:g> .\n'.encode()]
    check_renewed(listed, common, names, tmp_path)


def test_a_membership_of_a_membership_has_no_name(tmp_path: Path) -> None:
    listed = Declaration("list", {"en": "List"}, "?thing a ?class", columns=(Column("thing", {"en": "Thing"}),))
    ends = {"first": ("a", "w"), "second": ("b", "first"), "third": ("b", "second")}
    statements = [
        *(f"<urn:{thing}> a <urn:Thing>" for thing in ("a", "b", "w", *ends)),
        *(f"<urn:{each}> <{ORG}member> <urn:{member}>" for each, (member, _) in ends.items()),
        *(f"<urn:{each}> <{ORG}organization> <urn:{whole}>" for each, (_, whole) in ends.items()),
        *(f'<urn:{thing}> {LABEL.decode()} "{thing}"' for thing in ("a", "w")),
    ]
    common = [f"{each.replace(' a ', f' <{RDF}type> ')} <urn:g> .\n".encode() for each in statements]
    names = [f'<urn:b> {LABEL.decode()} "{name}" <urn:g> .\n'.encode() for name in ("b", "c")]
    check_renewed(listed, common, names, tmp_path)


def check_renewed(listed: Declaration, common: list[bytes], names: list[bytes], folder: Path) -> None:
    """A list of some statements and one of two has the same bytes, renewed and made anew."""
    before, after = (memory_store([*common, name], BASE) for name in names)
    changes = Changes(before, after, names[:1], names[1:])
    write_lists(folder / "before", [listed], before, ["en"])
    write_lists(folder / "anew", [listed], after, ["en"])
    assert renew_lists(
        folder / "renewed",
        folder / "before",
        [listed],
        after,
        ["en"],
        lambda query, variable: changes.touched(places(query, BASE), variable),
    )
    assert (folder / "renewed").read_bytes() == (folder / "anew").read_bytes()
