"""Frames of other sites, which no reader shows: a link to what they show."""

import html

from feedsvc.core.html.scanner import Element


def frame_link(frame: Element) -> str:
    """A link to the page that an iframe, embed or object shows; empty if it shows none."""
    target = (frame.attributes.get("src") or frame.attributes.get("data") or "").strip()
    if target.startswith("//"):
        target = "https:" + target
    if not target.lower().startswith(("http://", "https://", "/")):
        return ""
    shown = html.escape(target)
    return f'<p><a href="{shown}">{shown}</a></p>'
