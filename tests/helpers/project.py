"""Where the project and its fixtures are, wherever a test lies."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
PICTURES = FIXTURES / "pictures"
