"""Freshet's command line: `serve`, and `import`, `seed`, `check` and `upgrade` on a library (see README.md)."""

from __future__ import annotations

import argparse
import difflib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from services.errors import FreshetError, SettingsError
from services.log import configure_logging, log_event
from services.settings import SETTING_NAMES, Settings, load_settings, unknown_settings

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from services.container import Services
    from services.http.bundles import Bundle

ROOT = Path(__file__).resolve().parent
PATIENCE = 2.0
"""Seconds for tidying up at the end, after as many for the requests that are open: together they stay below five."""


def main(arguments: list[str]) -> int:
    """Run one command; the exit status. What goes wrong on purpose is one line on standard error."""
    options = _parser().parse_args(arguments or ["serve"])
    try:
        settings = load_settings()
        _refuse_unknown_settings()
        configure_logging(settings.log)
        if options.command == "import":
            return import_files(settings, options.files, options.project)
        if options.command == "seed":
            return seed(settings, options.count, options.project, options.seed)
        if options.command == "check":
            return check(settings, repair=options.repair)
        if options.command == "upgrade":
            return upgrade(settings)
        return serve(settings)
    except FreshetError as error:
        _complain(error)
        return 2


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. Runs in flight resume at the next start."""
    import uvicorn

    with _listen(settings) as listener:
        app, services = create_application(settings)
        host, port = listener.getsockname()[:2]
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2, lifespan="off")
        server = _server(config, services)
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"Freshet is ready at http://{shown}:{port}\n")
        sys.stdout.flush()
        log_event("server.ready", host=host, port=port, store=settings.store, data=str(settings.data_dir))
        # Uvicorn handles these while it runs, and raises the one that stopped it again for whoever listened before.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: setattr(server, "should_exit", True))
        server.run(sockets=[listener])
        log_event("server.stopping")
        _leave(services)


def create_application(settings: Settings) -> tuple[FastAPI, Services]:
    """The whole product as an ASGI application, with its services installed and its workflows running."""
    os.environ["MESOP_APP_BASE_PATH"] = str(ROOT)
    os.environ.setdefault("MESOP_HTTP_CACHE_JS_BUNDLE", "true")
    import mesop as me

    from pages import ROUTES, register
    from services import container
    from services.http.app import create_app
    from state.misfits import fault_of

    services = container.build(settings)
    container.install(services)
    try:
        services.launch_workflows()
    except BaseException:
        services.close()
        raise
    register()
    mesop = me.create_wsgi_app(debug_mode=False)
    hosts = (settings.host, *settings.allowed_hosts)
    files = _mesop_files(Path(me.__file__))
    return create_app(mesop, fault_of, ROOT / "static", ROUTES, joined_files(), files, hosts), services


def _mesop_files(package: Path) -> list[str]:
    """Addresses of the scripts and styles of Mesop's own client, which it serves from the root."""
    folder = package.parent / "web" / "src" / "app" / "prod" / "web_package"
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()]
    return [f"/{name}" for name in names if name != "index.html"]


def joined_files() -> list[Bundle]:
    """The script that defines our elements, which every page loads before Mesop starts, and the stylesheet.

    Mesop 1.3.7 imports what a frame needs before it shows that frame, each frame for itself. While modules are on
    their way, a second frame can overtake the first, and the older one stays on screen.
    """
    from components.web import SCRIPT, STYLES, STYLESHEET
    from services.http.bundles import Bundle

    script = Bundle.script(SCRIPT, ROOT / "components" / "web" / "all.js")
    return [script, Bundle.stylesheet(STYLESHEET, [ROOT / "static" / name for name in STYLES])]


def import_files(settings: Settings, files: list[Path], project_name: str | None) -> int:
    """Add files to a project's library, while a server runs or not. Bad ones are named, the others go in."""
    from services.files.importer import clean_name, import_file
    from services.library import open_library

    failed = 0
    with open_library(settings, project_name) as library:
        for path in files:
            try:
                item = import_file(
                    library.store, library.blobs, library.clock, library.ids,
                    library.principal, library.project.id, _read(path), path.name,
                )  # fmt: skip
            except FreshetError as error:
                failed += 1
                _complain(error)
            else:
                sys.stdout.write(f"{item.id} {item.media_type} {clean_name(path.name)}\n")
    return 1 if failed else 0


def seed(settings: Settings, count: str, project_name: str | None, number: str | None) -> int:
    """Fill a project with a made-up library, while a server runs or not; progress goes to standard error."""
    from services.library import open_library
    from services.samples.seed import Seeder, draw_seed, read_count, read_seed

    items, drawn = read_count(count), draw_seed() if number is None else read_seed(number)
    with open_library(settings, project_name) as library:
        seeder = Seeder(
            library.store, library.blobs, library.clock, library.ids, library.principal, library.project.id
        )  # fmt: skip
        seeder.seed(items, drawn, _progress)
        sys.stdout.write(f"Added {items:,} items to {library.project.name!r} (--seed {drawn})\n")
    return 0


def _progress(what: str, done: int, of: int) -> None:
    """On one line of a terminal, or else about ten lines in all."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what}: {done:,} of {of:,}" + "\n" * (done == of))
    elif done == of or done * 10 // of != (done - 1) * 10 // of:
        sys.stderr.write(f"{what}: {done:,} of {of:,}\n")
    sys.stderr.flush()


def check(settings: Settings, *, repair: bool) -> int:
    """Say which records and files of a library do not belong together; 1 if anything is left wrong."""
    from services.keeping.check import Check
    from services.library import open_library

    with open_library(settings, None) as library:
        checking = Check(library.store, library.blobs, library.clock, repair=repair)
        for finding in checking.run():
            sys.stdout.write(f"{finding}\n")
        sys.stdout.writelines(f"{line}\n" for line in checking.tally.lines())
        return 1 if checking.tally.left else 0


def upgrade(settings: Settings) -> int:
    """Bring a library up to date that an earlier version wrote, while a server runs or not."""
    from services.library import open_library

    with open_library(settings, None) as library:
        written = library.store.upgrade()
    sys.stdout.write(f"{written:,} records were brought up to date\n")
    return 0


def _complain(error: FreshetError) -> None:
    """One line, whatever the message is made of."""
    sys.stderr.write(f"freshet: {' '.join(str(error).split())}\n")


def _read(path: Path) -> bytes:
    """A file that may go in, by its size and its beginning; what is too large is not read. Raises BadInput."""
    from services.errors import BadInput
    from services.files.derive import HEAD_BYTES, recognise
    from services.files.importer import about

    if path.exists() and not path.is_file():  # a pipe would be waited for, for ever
        raise BadInput("file", f"{path} is not a file")
    try:
        with path.open("rb") as file:
            recognise(file.read(HEAD_BYTES), os.fstat(file.fileno()).st_size)
            file.seek(0)
            return file.read()
    except BadInput as error:
        raise about(path.name, error) from error
    except OSError as error:
        raise BadInput("file", f"{path} cannot be read: {error.strerror}") from error


def _listen(settings: Settings) -> socket.socket:
    """Listen before anything is opened, so that a port in use costs nothing and says so.

    Whoever connects from now on waits until the server is ready.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
    except (OSError, TypeError, ValueError) as error:  # the latter two of a name that cannot be one
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"FRESHET_HOST {settings.host} and FRESHET_PORT {settings.port} cannot be listened on: {reason}"
        ) from error
    return listener


def _refuse_unknown_settings() -> None:
    for name in unknown_settings():
        near = difflib.get_close_matches(name, SETTING_NAMES, n=1, cutoff=0.75)
        hint = f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(SETTING_NAMES)}."
        raise SettingsError(f"There is no setting {name}.{hint}")


def _server(config: uvicorn.Config, services: Services) -> uvicorn.Server:
    """A server that ends the streams of changes when it stops: they would stay open until they were cut off. From then
    on runs ask nobody for anything, while what is open is answered.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            services.hub.end_streams()
            services.engine.stop()
            await super().shutdown(sockets)

    return Server(config)


def _leave(services: Services) -> NoReturn:
    """End soon, whatever is in flight: runs are durable, and waiting for them or for slow handlers takes too long.

    The store and the workflow database commit before they answer. What is left to write is output, edits that were
    shown as made a moment ago, and what the freshness engine keeps for a time without the store.
    """
    services.leave(PATIENCE)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py", description="Freshet, a generative media studio")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve the studio (the default)")
    adding = commands.add_parser("import", help="add pictures, clips and sounds to the library")
    adding.add_argument("files", nargs="+", type=Path, metavar="FILE")
    adding.add_argument("--project", metavar="NAME", help="the project's name (default: the first project)")
    seeding = commands.add_parser("seed", help="add a made-up library, for trying things out")
    seeding.add_argument("--count", required=True, metavar="N", help="items to add")
    seeding.add_argument("--project", metavar="NAME", help="as for import")
    seeding.add_argument("--seed", metavar="S", help="a number: equal ones make equal libraries (default: drawn)")
    checking = commands.add_parser("check", help="find files without records, and records without files")
    checking.add_argument("--repair", action="store_true", help="remove files that nothing refers to")
    commands.add_parser("upgrade", help="bring a Firestore library up to date that an earlier version wrote")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
