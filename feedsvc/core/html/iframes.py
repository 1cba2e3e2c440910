"""Embedded frames become links, because feed readers show no frames."""

import html

from feedsvc.core.html.scanner import Element


def frame_link(frame: Element) -> str:
    """A link to the page of an iframe, embed or object; empty if it has no page."""
    target = (frame.attributes.get("src") or frame.attributes.get("data") or "").strip()
    if target.startswith("//"):
        target = "https:" + target
    if not target.lower().startswith(("http://", "https://", "/")):
        return ""
    shown = html.escape(target)
    return f'<p><a href="{shown}">{shown}</a></p>'
