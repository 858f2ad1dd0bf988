"""Words for the codes that pages meet in data: severities, changes, parts of the catalogue, profiles, parameters."""

from typing import Final

from ...i18n import message

WORDS: Final = {
    "violation": message("violation"),
    "warning": message("warning"),
    "info": message("remark"),
    "added": message("Added"),
    "removed": message("Removed"),
    "changed": message("Changed"),
    "datasets": message("Datasets"),
    "services": message("Services"),
    "sources": message("What each source states"),
    "model": message("Our own model"),
    "schema": message("schema.org"),
    "eurio": message("EURIO, the ontology of CORDIS"),
    "alt": message("This list"),
    "default-graph-uri": message("Default graph"),
    "named-graph-uri": message("Named graph"),
    "croissant": message("Croissant, for machine learning"),
    "datacite": message("DataCite, for citations"),
}
