"""`python -m tests.pages FOLDER` writes every page as static HTML, to look at in a browser."""

import sys
from pathlib import Path

from tests.pages.every_case import CASES
from tests.pages.preview import write

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
write(folder, CASES)
