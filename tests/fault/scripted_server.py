"""`python -m tests.fault.scripted_server`: the product with quick renders that a test steers (see renders.py)."""

import sys

from main import main
from services.workflows import render
from tests.support.renders import scripted_image

if __name__ == "__main__":
    render.__dict__["render_image"] = scripted_image
    sys.exit(main(sys.argv[1:]))
