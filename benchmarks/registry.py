"""Records in the form of a dump of ROR, both versions mixed, from a seed: `python -m benchmarks.registry 100000`.

Some are the organisations that are given, in a spelling that people use, and have their keys, so that what link
discovery finds can be counted.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_KINDS: Final = (
    "University of {}",
    "Université de {}",
    "{} Institute",
    "Institut {}",
    "Hospital {}",
    "{} GmbH",
    "{} SA",
    "{} Research Centre",
)
_PARTS: Final = (
    "al",
    "ber",
    "cor",
    "dun",
    "el",
    "fen",
    "gar",
    "hol",
    "in",
    "jor",
    "kal",
    "lun",
    "mar",
    "nor",
    "os",
    "per",
    "quen",
    "ras",
    "sel",
    "tor",
    "ul",
    "ven",
    "wes",
    "zan",
)
_COUNTRIES: Final = ("BE", "FR", "DE", "US", "NL", "IT", "JP", "GB")


def ror_id(number: int) -> str:
    """An identifier with its check digits (ISO 7064 MOD 97-10 over Crockford base 32)."""
    digits = "".join(_DIGITS[number >> shift & 31] for shift in range(25, -1, -5))
    return f"0{digits}{98 - number * 100 % 97:02}"


def misspelt(name: str, dice: random.Random) -> str:
    """A name as people write it: two letters changed places, without capitals, or with a legal form."""
    way = dice.randrange(3)
    if way == 0 and len(name) > 8:
        at = dice.randrange(len(name) // 2, len(name) - 2)
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name.upper() if way == 1 else f"{name} a.s.b.l."


def records(count: int, ours: Sequence[tuple[str, str]] = (), seed: int = 0) -> Iterator[tuple[dict[str, Any], str]]:
    """Records, each with the key of ours that it is; empty for the others.

    Args:
        count: how many.
        ours: the key and a name of each organisation that some records are.
        seed: of the names.
    """
    dice = random.Random(seed)  # noqa: S311 - no secret
    places = dict(zip(dice.sample(range(count), len(ours)), ours, strict=True))
    for number in range(count):
        key, name = places.get(number, ("", ""))
        word = "".join(dice.choices(_PARTS, k=dice.randrange(2, 5))).capitalize()
        shown = misspelt(name, dice) if key else dice.choice(_KINDS).format(word)
        country = "BE" if key else dice.choice(_COUNTRIES)
        yield _record(number, shown, word, country, old=dice.random() < 0.5), key


def _record(number: int, name: str, word: str, country: str, *, old: bool) -> dict[str, Any]:
    iri = f"https://ror.org/{ror_id(number * 977 + 12_345)}"
    shared: dict[str, Any] = {"id": iri, "status": "active", "established": 1900 + number % 120, "types": ["Education"]}
    grid, filler = f"grid.{number}.{number % 16:x}", [{"label": word * 3, "type": "Related", "id": iri}] * 8
    if old:
        return {
            **shared,
            "name": name,
            "aliases": [f"{word} alias"],
            "acronyms": [word[:3].upper()],
            "labels": [{"label": f"{word} (fr)", "iso639": "fr"}],
            "country": {"country_code": country, "country_name": country},
            "external_ids": {"GRID": {"preferred": grid, "all": grid}},
            "relationships": filler,
        }
    return {
        **shared,
        "names": [
            {"value": f"{word} alias", "types": ["alias"], "lang": None},
            {"value": name, "types": ["ror_display", "label"], "lang": "en"},
        ],
        "locations": [{"geonames_id": number, "geonames_details": {"country_code": country, "name": word}}],
        "external_ids": [{"type": "grid", "all": [grid], "preferred": grid}],
        "relationships": filler,
    }


if __name__ == "__main__":
    pieces = (json.dumps(record, ensure_ascii=False) for record, _ in records(int(sys.argv[1])))
    sys.stdout.write("[\n" + next(pieces))
    sys.stdout.writelines(f",\n{piece}" for piece in pieces)
    sys.stdout.write("\n]\n")
