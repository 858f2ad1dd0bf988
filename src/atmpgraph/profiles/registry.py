"""The profiles that things can be described in; `http/profile_negotiation.py` chooses among those of one thing."""

from typing import Final

from .. import vocab
from ..addresses import ONTOLOGY, SOFTWARE
from ..formats import DATACITE, GRAPHS, HTML, JSON_LD, RDF_FORMATS, STATEMENTS
from ..http.profile_negotiation import Profile

# The default.
MODEL: Final = Profile("model", ONTOLOGY, (*RDF_FORMATS, STATEMENTS, HTML))
# Each translates our model by the queries in the folder that its token names.
SCHEMA: Final = Profile("schema", vocab.SCHEMA, GRAPHS)
EURIO: Final = Profile("eurio", vocab.EURIO, GRAPHS)
# Of figures: ours, with what a figure refers to and its labels; as JSON-LD one tree.
NESTED: Final = Profile("nested", f"{SOFTWARE}profile/nested", GRAPHS)
TRANSLATED: Final = (SCHEMA, EURIO, NESTED)
# Of datasets only: JSON of a fixed shape, not any RDF.
CROISSANT: Final = Profile("croissant", f"{vocab.CROISSANT}1.0", (JSON_LD,))
CITED: Final = Profile("datacite", "http://datacite.org/schema/kernel-4", (DATACITE,))
SHAPED: Final = (CROISSANT, CITED)
# Lists the others and describes no thing itself.
ALTERNATES: Final = Profile("alt", vocab.ALTR.removesuffix("#"), (*GRAPHS, HTML))
