"""Spells language tags in one way, so that `zh-cn` and `zh-CN` are one feed."""


def language_tag(text: str) -> str:
    """The tag in the case that RFC 5646 §2.1.1 recommends: `zh-CN`, `sr-Latn`, `en-GB`.

    Two letters are in upper case, and four letters begin with a capital. Subtags after a
    singleton are in lower case (`en-x-ab`).
    """
    first, *rest = text.lower().split("-")
    spelt, is_plain = [first], len(first) > 1
    for subtag in rest:
        is_plain = is_plain and len(subtag) > 1
        spelt.append(_capitals(subtag) if is_plain and subtag.isalpha() else subtag)
    return "-".join(spelt)


def _capitals(subtag: str) -> str:
    return {2: subtag.upper(), 4: subtag.capitalize()}.get(len(subtag), subtag)
