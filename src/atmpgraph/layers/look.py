"""Whether the look of a publication is seen as it is meant: logo, style sheet and links (docs/look.md)."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from ..findings import Finding, Place, Severity
from ..formats import STATIC_TYPES
from ..i18n import every_language, message
from ..settings import Settings
from ..sources.declared import closest

_SUPPLIED: Final = "atmpgraph.css"
_LARGEST: Final = 200_000  # bytes of a logo, which each page shows; a page itself has less than 100,000
# How a file of each kind begins (RFC 2083, JFIF); an SVG has its element near the beginning.
_PICTURES: Final = {".png": rb"\x89PNG\r\n", ".jpg": rb"\xff\xd8\xff", ".svg": rb"(?s:.{0,10000})<svg[\s>]"}
_SCRIPT: Final = re.compile(
    rb"<script[\s>]|\son[a-z]+\s*=|<foreignObject[\s>]|href\s*=\s*[\"']\s*(?:javascript|https?):", re.I
)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_DARK: Final = re.compile(r"@media[^{]*prefers-color-scheme:\s*dark[^{]*\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}")
_COLOUR: Final = re.compile(r"--([a-z-]+)\s*:\s*#([0-9a-f]{6}|[0-9a-f]{3})\s*[;}]", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"""url\(\s*["']?([^"')]*)|@import\s+["']([^"']*)""")
_ELSEWHERE: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_NAMING: Final = frozenset({".html", ".md", ".css", ".js", ".svg"})  # files that may name others
_CONTRAST: Final = 4.5  # of text on its ground (WCAG 2.2, 1.4.3)
_HARD_TO_READ: Final = {
    "light": message(
        "--{front} on --{ground} is hard to read in the light scheme: their contrast is {ratio} : 1, and 4.5 : 1 is"
        " needed; change one of them"
    ),
    "dark": message(
        "--{front} on --{ground} is hard to read in the dark scheme: their contrast is {ratio} : 1, and 4.5 : 1 is"
        " needed; change one of them for prefers-color-scheme: dark"
    ),
}
_TEXTS_ON: Final = (
    *(("ink", ground) for ground in ("paper", "surface", "wash")),
    *(("soft", ground) for ground in ("paper", "surface")),
    *(("accent", ground) for ground in ("paper", "surface", "wash")),
    ("warn", "warn-wash"),
)


def look_findings(settings: Settings) -> Iterator[Finding]:
    """What keeps the look from being seen as it is meant."""
    files = settings.layered("static").files()
    for name, file in (("site.logo", settings.site.logo), ("site.style", settings.site.style)):
        if file and file not in files:
            yield _of_settings(Severity.VIOLATION, name, _no_file(file, files), file)
    if logo := files.get(settings.site.logo):
        yield from _of_logo(logo, settings.site.logo)
    yield from _unused(settings, files)
    own = settings.layered("static").own
    for name, path in files.items():
        if name != settings.site.logo and path.is_relative_to(own) and not _is_picture(path, path.read_bytes()):
            yield _of_file(Severity.WARNING, name, _no_picture())
    if style := files.get(settings.site.style):
        yield from _of_style(style, settings.site.style, files)


def _inside(folder: Path) -> dict[str, Path]:
    """The files in a folder by their path inside it."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _no_file(name: str, files: Mapping[str, Path]) -> Mapping[str, str]:
    """That there is no such static file, with the one that may be meant."""
    if close := closest(name.removeprefix("static/"), list(files)):
        return every_language("no such file among the static files: did you mean {close}?", close=close)
    return every_language("no such file among the static files: put it there, or correct the setting")


def _unused(settings: Settings, files: Mapping[str, Path]) -> Iterator[Finding]:
    """A warning for each static file of the publication that neither a setting nor a page of its own names."""
    static = settings.layered("static")
    own = {name for name, path in files.items() if path.is_relative_to(static.own) and path.suffix in STATIC_TYPES}
    own -= {settings.site.logo, settings.site.style, *_inside(static.supplied)}
    folders = [settings.layered(kind).own for kind in ("templates", "texts", "static")] if own else []
    texts = [path for folder in folders for path in _inside(folder).values() if path.suffix in _NAMING]
    named = unquote("\n".join(path.read_text("utf-8", errors="replace") for path in texts))
    for name in sorted(own):
        if posixpath.basename(name) not in named:
            sentence = every_language(
                "no setting and no page names this file: name it as “logo” or “style” below [site], or in a page, or"
                " take it away"
            )
            yield _of_file(Severity.WARNING, name, sentence)


def _of_logo(path: Path, name: str) -> Iterator[Finding]:
    content = path.read_bytes()
    if path.suffix.lower() not in _PICTURES or not _is_picture(path, content):
        yield _of_file(Severity.VIOLATION, name, _no_picture())
        return
    if len(content) > _LARGEST:
        sentence = every_language("a picture of more than 200 kB, which each page shows: make it smaller")
        yield _of_file(Severity.WARNING, name, sentence, f"{len(content) // 1000} kB")
    if path.suffix.lower() == ".svg" and (script := _SCRIPT.search(content)):
        sentence = every_language("the picture holds a script or asks another site, which browsers refuse: take it out")
        yield _of_file(Severity.WARNING, name, sentence, script[0].decode("ascii", "replace").strip())


def _is_picture(path: Path, content: bytes) -> bool:
    """Whether a file that is called as a picture begins as one; others are not looked at."""
    begin = _PICTURES.get(path.suffix.lower())
    return begin is None or re.match(begin, content) is not None


def _no_picture() -> Mapping[str, str]:
    return every_language("no picture that browsers show: save it as one of {kinds}", kinds=", ".join(_PICTURES))


def _of_style(path: Path, name: str, files: Mapping[str, Path]) -> Iterator[Finding]:
    text = _COMMENT.sub("", path.read_text("utf-8-sig", errors="replace"))
    if text.count("{") != text.count("}"):
        sentence = every_language("brackets are not closed, so that browsers pass over what follows: close each")
        yield _of_file(Severity.WARNING, name, sentence)
    for match in _ADDRESS.finditer(text):
        address = (match[1] or match[2] or "").strip()
        if _ELSEWHERE.match(address):
            sentence = every_language(
                "an address of another site, which browsers are told not to load: put the file here"
            )
            yield _of_file(Severity.WARNING, name, sentence, address)
        elif address and not address.startswith(("data:", "#")) and _beside(name, address) not in files:
            sentence = every_language("no such file among the static files: put it there, or correct the address")
            yield _of_file(Severity.WARNING, name, sentence, address)
    yield from _of_colours(text, name, files[_SUPPLIED].read_text("utf-8"))


def _of_colours(text: str, name: str, supplied: str) -> Iterator[Finding]:
    """Text that is hard to read on its ground, in the light scheme and in the dark one."""
    (light, dark), (own_light, own_dark) = _colours(_COMMENT.sub("", supplied)), _colours(text)
    schemes = {"light": light | own_light, "dark": light | dark | own_light | own_dark}
    for scheme, colours in schemes.items():
        for front, ground in _TEXTS_ON:
            ratio = contrast(colours[front], colours[ground])
            if {front, ground} & {*own_light, *own_dark} and ratio < _CONTRAST:
                pair = {"front": front, "ground": ground, "ratio": f"{ratio:.1f}"}
                sentence = every_language(_HARD_TO_READ[scheme], **pair)
                yield _of_file(Severity.WARNING, name, sentence, f"#{colours[front]}, #{colours[ground]}")


def _colours(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The colours of the light and of the dark scheme, by property; the last one of each counts."""
    dark = "".join(match[1] for match in _DARK.finditer(text))
    return dict(_COLOUR.findall(_DARK.sub("", text))), dict(_COLOUR.findall(dark))


def contrast(one: str, other: str) -> float:
    """How much two colours, in hexadecimal digits, differ in lightness (WCAG 2.2): from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _beside(name: str, address: str) -> str:
    """The file that an address in a style sheet means, by its path among the static files."""
    path = unquote(address.partition("?")[0].partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _of_settings(severity: Severity, name: str, sentence: Mapping[str, str], value: str) -> Finding:
    return Finding("settings", severity, sentence, (Place("atmpgraph.toml", column=name),), value)


def _of_file(severity: Severity, name: str, sentence: Mapping[str, str], value: str | None = None) -> Finding:
    return Finding("files", severity, sentence, (Place(f"static/{name}"),), value)
