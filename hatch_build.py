"""What is bundled, and not in git, goes into the package too, or there is no package."""

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundledScripts(BuildHookInterface[BuilderConfig]):
    """Adds the files that `pyproject.toml` names for this hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Stop the build where one is missing. An editable installation finds them when they are made."""
        bundled = self.config["bundled"]
        missing = [name for name in bundled if not Path(self.root, name).is_file()]
        if missing and version != "editable":
            self.app.abort(f"The package would lack {', '.join(missing)}: `make wheel` bundles them first.")
        build_data["artifacts"] += bundled
