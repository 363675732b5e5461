"""Names under which people save what has any title at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.files.names import Names, file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Harbour at dawn", "Harbour at dawn"),
        ("Möwe 港", "Möwe 港"),
        ("Mo\u0308we", "Möwe"),
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\secret\\x", "C_secret_x"),
        ("CON", "_CON"),
        ("com1.tar", "_com1.tar"),
        ("console", "console"),
        ("\u202egpj", "gpj"),
        ("...", "freshet"),
        ("", "freshet"),
        ("\ud83d lone", "lone"),
        ("👩‍🚀", "👩‍🚀"),
    ],
)
def test_a_title_becomes_a_name_that_every_system_takes(title: str, name: str) -> None:
    assert file_name(title) == name


@given(st.lists(st.text(max_size=200), max_size=30))
def test_whatever_the_titles_names_are_safe_and_differ(titles: list[str]) -> None:
    names = Names()
    taken = [names.take(title, "png") for title in titles]
    assert len({name.casefold() for name in taken}) == len(titles)
    for name in taken:
        assert 5 <= len(name.encode()) <= 140
        assert not set(name) & set('/\\:*?"<>|\0\r\n')
        assert not name.startswith((".", " "))
