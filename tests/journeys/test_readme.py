"""What the README shows is what happens."""

import os
import re
import subprocess
from pathlib import Path

from tests.journeys.conftest import Platform

README = Path(__file__).resolve().parents[2] / "README.md"


def commands() -> str:
    """The shell blocks of the README, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    assert blocks, "the README shows no command"
    return "\n".join(blocks)


def test_the_journey_of_the_readme_runs_as_it_is_written(platform: Platform) -> None:
    environment = {**os.environ, "CANEVAS": platform.base_url}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands()], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Ateliers lecture — Brouillon" in done.stdout
    assert "/budget: Le budget est à remplir." in done.stdout
    assert re.search(r"^Gestion urbaine.*exclut l'objectif 2", done.stdout, re.MULTILINE)


def test_every_file_the_documents_point_at_is_there() -> None:
    root = README.parent
    pages = [README, *root.glob("*.md"), *root.glob("docs/**/*.md")]
    targets = [(page, target) for page in pages for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())]
    assert len(targets) > 10
    assert [f"{page.name}: {target}" for page, target in targets if not (page.parent / target).exists()] == []
