"""nginx: with the bytes of our answers as files, and in front of ours by `deploy/nginx.conf`."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..load import Answer
from ..processes import HOST, Server, free_port, started
from ..publication import ROOT

PREFIX: Final = "/lod"
_FILES: Final = """
worker_processes auto; pid nginx.pid; error_log stderr warn; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=1000;
  types {{ text/turtle ttl; text/html html; }}
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server {{ listen {host}:{port}; root {root}; {locations} }}
}}
"""
# What nginx tells of a file by itself.
_OF_FILES: Final = frozenset(
    {"accept-ranges", "connection", "content-length", "content-type", "date", "etag", "last-modified", "server"}
)


def missing() -> str:
    """Why it cannot run; empty when it can."""
    return "" if shutil.which("nginx") else "nginx is not installed: .ci/apt nginx"


@contextmanager
def with_files(answers: Mapping[str, Answer], scratch: Path) -> Iterator[Server]:
    """nginx with the bytes of these answers, by their path, which it sends with the same fields."""
    root, port = scratch / "nginx-files", free_port()
    for path, answer in answers.items():
        file = root / "root" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(answer.body)
    _readable(root)
    locations = " ".join(f"location = {path} {{ {_fields(answer)} }}" for path, answer in answers.items())
    text = _FILES.format(host=HOST, port=port, root=root / "root", locations=locations)
    (root / "nginx.conf").write_text(text, encoding="utf-8")
    command = ["nginx", "-p", root, "-c", root / "nginx.conf"]
    with started("nginx with files", command, port, scratch / "nginx-files.log") as server:
        yield server


@contextmanager
def before(ours: Server, scratch: Path) -> Iterator[Server]:
    """nginx in front of our server; only the addresses differ from `deploy/nginx.conf`."""
    folder, port = scratch / "nginx-before", free_port()
    folder.mkdir()
    _readable(folder)
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8080", f"{HOST}:{port}").replace("127.0.0.1:8000", f"{HOST}:{ours.port}")
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
    with started("behind nginx", command, port, scratch / "nginx-before.log", ready=f"{PREFIX}/health/live") as server:
        yield server


def _fields(answer: Answer) -> str:
    """What makes nginx send the fields of an answer that tell of more than a file."""
    fields = ((name, value.replace("'", r"\'")) for name, value in answer.fields.items() if name not in _OF_FILES)
    return " ".join(f"add_header {name} '{value}';" for name, value in fields)


def _readable(folder: Path) -> None:
    """By the user that nginx's workers run as; a temporary folder is its owner's alone."""
    for each in (folder, *folder.parents):
        if each.owner() == Path.home().owner() and each.is_relative_to("/tmp") and each != Path("/tmp"):  # noqa: S108
            each.chmod(0o755)
