"""The platform's own `env.py`, run for the lineages of these tests."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parents[3] / "migrations" / "env.py"))
