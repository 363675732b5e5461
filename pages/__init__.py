"""One file per route: layout and named event handlers."""

ROUTES = ("/home", "/library", "/media-item", "/create/image", "/create/video", "/try-on", "/account")


def register() -> None:
    """Import every page, which registers it with Mesop."""
    from pages import account, create_image, create_video, home, library, media_item, try_on
    from state.misfits import refuse_misfits
    from state.quicker import quicken_mesop

    quicken_mesop()
    refuse_misfits()
    del account, create_image, create_video, home, library, media_item, try_on
