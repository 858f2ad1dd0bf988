"""The graphs of the release with their sizes, a page of them at a time."""

from flask import render_template

from ...release.graphs import graphs, union_size
from ..core.context import Context
from ..core.paging import Paging, paged


def graphs_paging(context: Context) -> Paging:
    """The page that the URL names."""
    return paged(len(context.release.manifest.graphs), context.settings.limits.list_page_graphs)


def graphs_page(context: Context, _: object) -> str:
    """The list for people."""
    release, iris, paging = context.release, list(context.release.manifest.graphs), graphs_paging(context)
    shown = graphs(release, iris[paging.first : paging.last])
    return render_template("data.html", graphs=shown, paging=paging, union=union_size(release))
