"""Which pages an export has."""

from pathlib import Path

from tests.support.exported_site import exported_site


def test_an_export_has_nothing_for_operators(tmp_path: Path) -> None:
    """Also if the door is open to them on the server."""
    token = {"ADMIN__TOKEN": "k7Qm2vXw9dRt4ZpL"}
    with exported_site(tmp_path, **token) as site:
        site.posts.write("tea.md")
        site.publish()
        site.export()
        files = site.files()
    assert "static/style.css" in files
    shown = [
        name for name in files if "admin" in name or name.startswith(("status", "metrics"))
    ]
    assert shown == []
    assert not [name for name, octets in files.items() if b"/status" in octets]
