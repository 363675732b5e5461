"""`python -m tests.browser.apps.choosing`: the product, and the page of support/choosers.py."""

import sys
from functools import partial

import pages
from main import main

PATH = "/test/choosers"


def register_more(register_pages: object) -> None:
    assert callable(register_pages)
    register_pages()
    from tests.support import choosers

    assert choosers.PATH == PATH


if __name__ == "__main__":
    pages.ROUTES = (*pages.ROUTES, PATH)  # type: ignore[assignment]
    pages.register = partial(register_more, pages.register)
    sys.exit(main(sys.argv[1:]))
