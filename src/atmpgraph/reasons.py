"""Why a parser refuses a file, as a sentence of the interface: parsers speak English, and not of what to do."""

import errno
import os
import re
import socket
import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Final

from .i18n import Sentence, message

_PLACE: Final = message("{reason} (line {line}, column {column})")
_LINE: Final = message("{reason} (line {line})")
_END: Final = message("the file ends too early: a quotation mark or a bracket is not closed, or a value is missing")
UNKNOWN: Final = message("what stands there cannot be read")
_TWICE: Final = message("the name is there twice; keep one of them")
_STRING: Final = message("a text is not closed; put a quotation mark at its end, on the same line")
_VALUE: Final = message("a value is missing, or is none; texts stand in quotation marks")
_NAME: Final = message("a name in quotation marks is expected")
_MORE: Final = message("something stands after the end of a value; take it away, or put it on a line of its own")
_ESCAPE: Final = message("a backslash in a text begins a mark; write two backslashes for one")
_QUOTE: Final = message("a quotation mark is not closed, or one within a text is not doubled")
_LONG: Final = message("a cell is too long; is a quotation mark not closed?")
_MARK: Final = message("{mark} is missing")
_PREFIX: Final = message("the prefix {mark} is not declared; declare it with @prefix")
_IRI: Final = message("an IRI has a scheme, and no blanks or quotation marks; correct it")
_TERM: Final = message("a name or a value is expected; is a point, a comma or a bracket missing before?")
_TAG: Final = message("the tag of a language is wrong; it is one such as fr or pt-BR")
_TAG_OF_JINJA: Final = message("the statement {mark} does not exist, or closes none that is open")
_OPEN_BLOCK: Final = message("{mark} is not closed; write its end, such as endif, endfor or endblock")
_COMMENT: Final = message("a comment or a part that is left as it is has no end; write it")
_BLOCK_NAME: Final = message("the name of a block has letters, digits and _ only")
_ASSIGNED: Final = message("{mark} cannot get a value; name a variable")
_UNEXPECTED: Final = message("{mark} cannot stand there; is a bracket, a quotation mark or a word missing before?")
_QUERY_PREFIX: Final = message("a prefix is not declared; declare it with PREFIX")
_ITS_PREFIX: Final = message("the prefix of {mark} is not declared; declare it with PREFIX")
_VALUE_TWICE: Final = message("a variable gets a value twice; give the second one another name")
_UNBOUND: Final = message("SELECT has a variable that is neither in GROUP BY nor inside an aggregate")
_COLUMN_TWICE: Final = message("two columns of SELECT have the same name; rename one")
_STAR: Final = message("SELECT * does not go with GROUP BY or an aggregate; name the columns")
_QUERY_IRI: Final = message("the IRI that ends there is none; an IRI has a scheme, and no blanks")
_VALUES_NAMES: Final = message("VALUES names a variable twice; name each once")
_VALUES_ROW: Final = message("a row of VALUES has more or fewer values than there are variables")
_FUNCTION: Final = message("there is no function {mark}; use one of SPARQL 1.1")
_REPEATED: Final = message("nothing that can be repeated stands before a sign of repetition, or it is repeated twice")
_BRACKET: Final = message("a bracket is missing, or is one too many")
_CONSTRUCT: Final = message("a CONSTRUCT query is expected")
_DEEP: Final = message("brackets stand one inside the other too often; take some away")
_UNFIT: Final = message("the constraint {mark} does not fit the type of its column; take it away, or correct the type")
_KIND: Final = message("{mark} is of another kind than it must be: a text, a number, a list or an object; correct it")
_UTF_8: Final = message("it is not in UTF-8; save it in UTF-8")
# The words of parsers, and what they mean; the first that fits counts. A group is the `mark`.
_MEANINGS: Final = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in {
        r"recursion": _DEEP,
        # Jinja
        r"needs to be closed is ('[^']*')": _OPEN_BLOCK,
        r"unknown tag ('[^']*')": _TAG_OF_JINJA,
        r"Missing end of": _COMMENT,
        r"Block names in Jinja": _BLOCK_NAME,
        r"can't assign to ('[^']*')": _ASSIGNED,
        r"unexpected char (.) ?": _UNEXPECTED,
        r"expected token .*, got ('[^']*')|unexpected ('[^']*')": _UNEXPECTED,
        # SPARQL
        r"Prefix not found: (\S+)": _ITS_PREFIX,
        r"Prefix not found|Unknown namespace prefix": _QUERY_PREFIX,
        r"overrid": _VALUE_TWICE,
        r"that is unbound": _UNBOUND,
        r"Duplicated variable name": _COLUMN_TWICE,
        r"not authorized with GROUP BY": _STAR,
        r"IRI parsing failed": _QUERY_IRI,
        r"VALUES clause rows": _VALUES_ROW,
        r"Repeated variables": _VALUES_NAMES,
        r"custom function (\S+) is not supported": _FUNCTION,
        r"CONSTRUCT query is expected": _CONSTRUCT,
        # patterns
        r"(?:nothing to|multiple) repeat": _REPEATED,
        r"unterminated (?:subpattern|character set)|unbalanced parenthesis": _BRACKET,
        # TOML, JSON, CSV, Turtle
        r"^unexpected end of data|^',' expected": _QUOTE,
        r"larger than field limit": _LONG,
        r"Cannot (?:overwrite|declare|redefine|mutate)|Duplicate": _TWICE,
        r"Illegal character '\\n'|Unterminated string|control character": _STRING,
        r"Expected ('.') |Expecting ('.') delimiter": _MARK,
        r"at end of document|Unexpected end|Unclosed": _END,
        r"property name enclosed": _NAME,
        r"Extra data|Expected newline": _MORE,
        r"Invalid hex value|Invalid \\escape|Unexpected escape|Unescaped '\\'": _ESCAPE,
        r"Expecting value|Invalid value|Invalid statement": _VALUE,
        r"prefix (\S+) has not been declared": _PREFIX,
        r"No scheme found|Invalid IRI": _IRI,
        r"is not a valid (?:subject|predicate|object|graph|RDF)|dot is expected": _TERM,
        r"language code": _TAG,
        r"codec can't decode": _UTF_8,
        # Data Packages
        r'constraint ("\w+") is not supported by type': _UNFIT,
        r"at property ('[^']+')": _KIND,
    }.items()
)
# What the system refuses, by its number.
_REFUSED: Final = {
    errno.ENOENT: message("there is no such file or folder"),
    errno.EACCES: message("this user may not: change the owner or the rights"),
    errno.EPERM: message("this user may not: change the owner or the rights"),
    errno.EISDIR: message("it is a folder, and a file is expected"),
    errno.ENOTDIR: message("it is a file, and a folder is expected"),
    errno.EEXIST: message("it is there already"),
    errno.ENOTEMPTY: message("the folder is not empty"),
    errno.EROFS: message("the file system cannot be written to; this command writes there"),
    errno.ENAMETOOLONG: message("the name is too long"),
    errno.ELOOP: message("the links lead in a circle"),
    errno.EMFILE: message("this process has too many files open; raise the limit (ulimit -n)"),
    errno.ENFILE: message("the system has too many files open; end other programs, or raise its limit (fs.file-max)"),
    errno.EIO: message("the disk does not read or write; look after it"),
    errno.EBUSY: message("another program uses it"),
    errno.ECONNREFUSED: message("nothing listens at this address; start it, or correct the address"),
    errno.ECONNRESET: message("the other side ended the connection"),
    errno.EPIPE: message("the other side ended the connection"),
    errno.ENETUNREACH: message("the network does not lead there"),
    errno.EHOSTUNREACH: message("the network does not lead there"),
    errno.ETIMEDOUT: message("no answer came in time"),
}
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
NOT_REGULAR: Final = message("neither a file nor a folder, but a pipe, a socket or a device; take it away")
_DESCRIPTORS: Final = re.compile("too many open files|file descriptors", re.IGNORECASE)
_NO_HOST: Final = message("the name of the server is not known; correct it, or look after the network")
_NO_ANSWER: Final = message("the other side ended the connection")
_CERTIFICATE: Final = message("its certificate is not valid: {words}")
_WORDS: Final = message("the system says: {words}")
_WHERE: Final = re.compile(
    r"line (?P<line>\d+)(?:,? (?:column|between columns) (?P<column>\d+))?"
    r"|error at (?P<query_line>\d+):(?P<query_column>\d+)|\(line:(?P<group_line>\d+), col:(?P<group_column>\d+)\)"
)


def refusal_of(error: BaseException) -> Sentence:
    """What the system or the network refuses, in our words where they are known."""
    if lacks_descriptors(error):
        return Sentence(_REFUSED[(isinstance(error, OSError) and error.errno) or errno.EMFILE])
    match error:
        case ssl.SSLCertVerificationError():
            return Sentence(_CERTIFICATE, {"words": error.verify_message})
        case socket.gaierror():
            return Sentence(_NO_HOST)
        case RemoteDisconnected():
            return Sentence(_NO_ANSWER)
        case OSError(errno=int(number)) if number in _REFUSED:
            return Sentence(_REFUSED[number])
        case TimeoutError():
            return Sentence(_REFUSED[errno.ETIMEDOUT])
    own = " ".join(map(str, error.args)) if isinstance(error, OSError) else str(error)  # one with a file shows no words
    words = getattr(error, "strerror", None) or own or type(error).__name__
    return Sentence(_WORDS, {"words": words})


def lacks_descriptors(error: BaseException) -> bool:
    """Whether too few files may be open, which says nothing of the file; an engine gives words and no number."""
    number = error.errno if isinstance(error, OSError) else None
    return number in {errno.EMFILE, errno.ENFILE} or (number is None and bool(_DESCRIPTORS.search(str(error))))


def is_full(error: OSError) -> bool:
    """Whether no space is left; an engine gives words and no number."""
    words = error.strerror or " ".join(map(str, error.args))
    return error.errno in _FULL or os.strerror(errno.ENOSPC) in words


@contextmanager
def telling_place(place: Path) -> Iterator[None]:
    """Name what the block writes in an error for which the system names nothing, such as that the disk is full."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(place)
        raise


def why_unreadable(path: Path) -> Sentence | None:
    """Why the file at a path cannot be read; None where it can, or where nothing is.

    A pipe is not opened: that would wait for its other end.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return Sentence(_REFUSED[errno.EISDIR])
        if not stat.S_ISREG(mode):
            return Sentence(NOT_REGULAR)
        path.open("rb").close()
    except FileNotFoundError:
        return None
    except OSError as error:
        return refusal_of(error)
    return None


def reason_of(error: object) -> Sentence:
    """What a parser says, in our words, with the place; what we say ourselves, as it is."""
    if isinstance(sentence := getattr(error, "sentence", None), str):  # it is ours
        return Sentence(sentence, getattr(error, "values", {}))
    words = str(error)
    reason = meaning_of(words) or Sentence(UNKNOWN)
    where = _WHERE.search(words)
    if not where:
        return reason
    place = {name.rpartition("_")[2]: int(value) for name, value in where.groupdict().items() if value}
    return Sentence(_PLACE if "column" in place else _LINE, {"reason": reason, **place})


def meaning_of(words: str) -> Sentence | None:
    """What words of a parser mean, without a place; None where they are not among those that we know."""
    meanings = ((pattern.search(words), sentence) for pattern, sentence in _MEANINGS)
    match, meaning = next((each for each in meanings if each[0]), (None, ""))
    return Sentence(meaning, {"mark": match[match.lastindex]} if match.lastindex else {}) if match else None
