"""One file per route: layout and named event handlers."""

ROUTES = ("/library", "/create/image", "/create/video", "/try-on")


def register() -> None:
    """Import every page, which registers it with Mesop."""
    from pages import create_image, create_video, library, try_on

    del create_image, create_video, library, try_on
