"""Modules become one script: what of each reaches whom, in which order, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.http.bundles import Bundle, join_modules


def write(folder: Path, **modules: str) -> Path:
    for name, source in modules.items():
        (folder / f"{name}.js").write_text(source)
    return folder / "all.js"


def test_a_module_is_run_once_after_those_that_it_imports(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        all="import './tile.js';\nimport './menu.js';\n",
        tile="import {el, icon as sign} from './base.js';\nel(sign);\n",
        menu="import {\n  el,\n} from './base.js';\nel();\n",
        base="export const icon = 1;\nexport function el() {}\nexport class A {}\n"
        "export async function far() {}\nlet b;\n",
    )
    assert join_modules(entry) == (
        "const module_base = (() => {\n"
        "const icon = 1;\nfunction el() {}\nclass A {}\nasync function far() {}\nlet b;\n"
        "return {icon, el, A, far};\n})();\n"
        "const module_tile = (() => {\nconst {el, icon: sign} = module_base;\nel(sign);\nreturn {};\n})();\n"
        "const module_menu = (() => {\nconst {\n  el,\n} = module_base;\nel();\nreturn {};\n})();\n"
        "const module_all = (() => {\nreturn {};\n})();\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "export let count = 0;",
        "export default el;",
        "export * from './base.js';",
        "export {el};",
        "import * as base from './base.js';",
        "import base from './base.js';",
        "import {el} from '../base.js';",
        "const base = await import('./base.js');",
        "const here = import.meta.url;",
        "await ready;",
    ],
)
def test_a_module_that_does_otherwise_is_named_with_the_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r"^all\.js: ['\"]"):
        join_modules(write(tmp_path, all=f"const a = 1;\n{line}\n", base=""))


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    entry = write(tmp_path, all="import './a.js';\n", a="import './b.js';\n", b="import './a.js';\n")
    with pytest.raises(ValueError, match=r"all\.js → a\.js → b\.js → a\.js"):
        join_modules(entry)


def test_a_bundle_has_another_tag_when_anything_in_it_is_another(tmp_path: Path) -> None:
    first, second = tmp_path / "a.css", tmp_path / "b.css"
    first.write_text("a {}\n")
    second.write_text("b {}\n")
    before = Bundle.stylesheet("/all.css", [first, second])
    assert before.body == b"a {}\nb {}\n"
    second.write_text("b { color: red }\n")
    after = Bundle.stylesheet("/all.css", [first, second])
    assert before.etag != after.etag
