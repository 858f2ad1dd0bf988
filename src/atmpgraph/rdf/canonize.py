"""Canonical labels of blank nodes (RDFC-1.0), within a time: that of nodes which look alike grows with their factorial.

`python -m atmpgraph.rdf.canonize SECONDS` reads N-Quads from standard input and writes them with canonical labels.
"""

import os
import resource
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox

from ..interpreter import own_path

_FEW: Final = 7  # nodes that look alike take less than a second, however they are connected


class AlikeNodesError(ValueError):
    """Too many nodes look alike to be told apart.

    Attributes:
        nodes: how many there are.
    """

    def __init__(self, nodes: int) -> None:
        """Tell how many."""
        super().__init__(nodes)
        self.nodes = nodes


def canonical(quads: Sequence[ox.Quad], seconds: int) -> list[ox.Quad]:
    """Statements with canonical labels, in their order.

    Args:
        quads: that blank nodes connect.
        seconds: of processor time.

    Raises:
        AlikeNodesError: it takes longer.
    """
    alike = _alike(quads)
    if alike <= _FEW:
        dataset = ox.Dataset(quads)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return sorted(dataset, key=str)
    command = [sys.executable, "-m", __name__, str(seconds)]
    lines = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    done = subprocess.run(command, input=lines, capture_output=True, env=os.environ | own_path())  # noqa: S603
    if done.returncode:
        raise AlikeNodesError(alike)
    return sorted(ox.parse(done.stdout, format=ox.RdfFormat.N_QUADS), key=str)


def _alike(quads: Sequence[ox.Quad]) -> int:
    """How many nodes have the same statements as another, but for the blank nodes in them (RDFC-1.0 §4.6)."""
    statements = defaultdict[str, list[str]](list)
    for quad in quads:
        ends = (quad.subject, quad.object)
        for at, node in enumerate(ends):
            if isinstance(node, ox.BlankNode):
                other = ends[1 - at]
                text = "_" if isinstance(other, ox.BlankNode) else str(other)
                statements[node.value].append(f"{at} {quad.predicate} {text}")
    kinds = Counter(tuple(sorted(each)) for each in statements.values())
    return sum(number for number in kinds.values() if number > 1)


def main(seconds: int) -> None:
    """Write what is read, with canonical labels."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    dataset = ox.Dataset(ox.parse(sys.stdin.buffer.read(), format=ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    ox.serialize(dataset, sys.stdout.buffer, format=ox.RdfFormat.N_QUADS)


if __name__ == "__main__":
    main(int(sys.argv[1]))
