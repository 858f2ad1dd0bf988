"""What the scripts of the pages say: they get the sentences of the page's language with the page."""

from typing import Final

from ...i18n import Texts, counted, message

SENTENCES: Final = {
    "tab": message("Query"),
    "stop": message("Stop"),
    "share": message("Link to this query"),
    "copied": message("The link is copied."),
    "too_long": message("The query is too long for a link."),
    "download": message("Download:"),
    "file": message("answer"),
    "table": message("Table"),
    "chart": message("Chart"),
    "map": message("Map"),
    "text": message("Text"),
    "number": message("Numbers"),
    "label": message("Names"),
    "split": message("One chart for each"),
    "none": message("none"),
    "drawing": message("The picture is being drawn …"),
    "none_drawn": message("The answer has nothing that could be drawn."),
    "map_lead": message("Positions on a grid of degrees of longitude and latitude."),
    "map_names": message("Point at a place for its name; the table has all names."),
    "mark_exact": message("exact"),
    "mark_approximately": message("about"),
    "mark_almost": message("almost"),
    "mark_less-than": message("less than"),
    "mark_at-most": message("at most"),
    "mark_more-than": message("more than"),
    "mark_at-least": message("at least"),
    "mark_estimated": message("estimated"),
    "mark_forecast": message("forecast"),
    "rows_of": message("{from}–{to} of {n}"),
    "earlier": message("Earlier"),
    "later": message("Later"),
    "cut": message("Only the first {n} rows are shown: the service truncates long results."),
    "next_rows": message("Next rows"),
    "new_tab": message("New tab"),
    "close_tab": message("Close the tab"),
    "failed": message("That did not work"),
    "stopped": message("You stopped the query."),
    "unreachable": message("There was no answer. Check your network connection and try again."),
    "place": message("Line {line}, column {column}"),
    "mend": message("The line is marked in the query below. Correct it and run the query again."),
    "keys": message("Ctrl + Enter runs the query, Ctrl + Space completes, Tab leaves the editor."),
    "graphs": message("Graphs of this query"),
    "graphs_lead": message("A SPARQL 1.1 query over the graphs below only, not over the union of all sources."),
    "graphs_note": message(
        "The query runs over the ticked graphs only; with none ticked, over the union of all sources."
    ),
    "default-graph-uri": message("Default graph"),
    "named-graph-uri": message("Named graph"),
    "run": message("Run"),
    "yes": message("Yes"),
    "no": message("No"),
    "query": message("Query"),
}
# About `{n}` things: singular and plural.
COUNTED: Final = {
    "map_of": counted("Map of {n} place", "Map of {n} places"),
    "rows_in": counted("{n} row in {s} s", "{n} rows in {s} s"),
    "rows_found": counted("{n} row", "{n} rows"),
    "first_rows": counted(
        "The picture has {n} row; the downloads have all.",
        "The picture has the first {n} rows only; the downloads have all.",
    ),
    "undrawn": counted("{n} row has no number and is not drawn:", "{n} rows have no number and are not drawn:"),
    "undated": counted("{n} row has no date and is not drawn:", "{n} rows have no date and are not drawn:"),
    "unplaced": counted(
        "{n} row has no position and is not on the map:", "{n} rows have no position and are not on the map:"
    ),
}


def editor_texts(texts: Texts) -> dict[str, str | dict[str, str]]:
    """The sentences by their name in the scripts; those about a number in each plural form (CLDR category)."""
    plurals = {name: texts.plurals(*forms) for name, forms in COUNTED.items()}
    return {name: texts.gettext(sentence) for name, sentence in SENTENCES.items()} | plurals
