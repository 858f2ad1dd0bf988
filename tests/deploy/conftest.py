"""What tests of containers share: a daemon with the image of this checkout."""

from collections.abc import Iterator

import pytest

from atmpgraph.starter import start

from ..installation.checkout import copy_checkout
from .docker import Docker, daemon, import_images


@pytest.fixture(scope="session")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    """Docker with the image of this checkout."""
    folder, publication = tmp_path_factory.mktemp("docker"), tmp_path_factory.mktemp("publication") / "new"
    start(publication, "https://data.example.org/")
    checkout = copy_checkout(tmp_path_factory.mktemp("checkout") / "atmpgraph")
    for path in (*publication.parents[:3], *checkout.parents[:2]):
        path.chmod(0o755)  # the user of the container reads the publication
    with daemon(folder) as socket:
        docker = Docker(socket, checkout, publication)
        import_images(docker, folder)
        docker.must("docker", "build", "--network=host", "-f", "deploy/container/Containerfile", "-t", "atmpgraph", ".")
        yield docker
