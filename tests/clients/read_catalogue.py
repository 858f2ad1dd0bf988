"""Run by the Python of CKAN: what ckanext-dcat reads in catalogues, in each language that a portal may have, as JSON.

Each argument is a file and rdflib's name of its format, with a colon between.
"""

import json
import sys
from pathlib import Path

from ckanext.dcat.processors import RDFParser  # type: ignore[import-not-found]
from ckantoolkit import config  # type: ignore[import-not-found]

found: dict[str, dict[str, object]] = {}
for argument in sys.argv[1:]:
    file, _, form = argument.rpartition(":")
    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(Path(file).read_bytes(), _format=form)
    found[form] = {}
    for language in ("fr", "nl", "de", "en"):
        config["ckan.locale_default"] = language
        found[form][language] = list(parser.datasets())
print(json.dumps(found))
