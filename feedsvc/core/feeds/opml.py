"""OPML 2.0: the list of all feeds of a site."""

from collections.abc import Iterable
from typing import Final

import lxml.etree

from feedsvc.core import addresses
from feedsvc.core.dates import rfc822
from feedsvc.core.feeds.feeds import (
    Kind,
    Topic,
    language_of,
    listed,
    page_of,
    title_of,
)
from feedsvc.core.languages import language_tag
from feedsvc.core.site import Site

OPML_MEDIA_TYPE: Final = "text/x-opml; charset=utf-8"

_KINDS: Final[tuple[Kind, ...]] = ("tag", "category", "author", "language", "filter")
# All feeds, tags, categories, authors, languages and filters, in the languages of sites. Feed
# readers show these words as the names of folders.
# fmt: off
_WORDS: Final = {
    "ar": ("كل الخلاصات", "الوسوم", "التصنيفات", "الكتّاب", "اللغات", "المرشّحات"),
    "cs": ("Všechny kanály", "Štítky", "Rubriky", "Autoři", "Jazyky", "Filtry"),
    "da": ("Alle feeds", "Tags", "Kategorier", "Forfattere", "Sprog", "Filtre"),
    "de": ("Alle Feeds", "Schlagwörter", "Kategorien", "Autoren", "Sprachen", "Filter"),
    "el": ("Όλες οι ροές", "Ετικέτες", "Κατηγορίες", "Συντάκτες", "Γλώσσες", "Φίλτρα"),
    "en": ("All feeds", "Tags", "Categories", "Authors", "Languages", "Filters"),
    "es": ("Todos los canales", "Etiquetas", "Categorías", "Autores", "Idiomas", "Filtros"),
    "fa": ("همهٔ خوراک‌ها", "برچسب‌ها", "دسته‌ها", "نویسندگان", "زبان‌ها", "پالایه‌ها"),
    "fi": ("Kaikki syötteet", "Tunnisteet", "Kategoriat", "Kirjoittajat", "Kielet",
           "Suodattimet"),
    "fr": ("Tous les flux", "Étiquettes", "Catégories", "Auteurs", "Langues", "Filtres"),
    "he": ("כל ההזנות", "תגיות", "קטגוריות", "כותבים", "שפות", "מסננים"),
    "hi": ("सभी फ़ीड", "टैग", "श्रेणियाँ", "लेखक", "भाषाएँ", "फ़िल्टर"),
    "hu": ("Minden hírcsatorna", "Címkék", "Kategóriák", "Szerzők", "Nyelvek", "Szűrők"),
    "id": ("Semua feed", "Tag", "Kategori", "Penulis", "Bahasa", "Filter"),
    "it": ("Tutti i feed", "Tag", "Categorie", "Autori", "Lingue", "Filtri"),
    "ja": ("すべてのフィード", "タグ", "カテゴリー", "著者", "言語", "フィルター"),
    "ko": ("모든 피드", "태그", "카테고리", "글쓴이", "언어", "필터"),
    "nl": ("Alle feeds", "Tags", "Categorieën", "Auteurs", "Talen", "Filters"),
    "pl": ("Wszystkie kanały", "Tagi", "Kategorie", "Autorzy", "Języki", "Filtry"),
    "pt": ("Todos os feeds", "Etiquetas", "Categorias", "Autores", "Idiomas", "Filtros"),
    "ro": ("Toate fluxurile", "Etichete", "Categorii", "Autori", "Limbi", "Filtre"),
    "ru": ("Все ленты", "Метки", "Рубрики", "Авторы", "Языки", "Фильтры"),
    "sv": ("Alla flöden", "Taggar", "Kategorier", "Författare", "Språk", "Filter"),
    "th": ("ฟีดทั้งหมด", "แท็ก", "หมวดหมู่", "ผู้เขียน", "ภาษา", "ตัวกรอง"),
    "tr": ("Tüm akışlar", "Etiketler", "Kategoriler", "Yazarlar", "Diller", "Filtreler"),
    "uk": ("Усі стрічки", "Мітки", "Рубрики", "Автори", "Мови", "Фільтри"),
    "vi": ("Tất cả nguồn tin", "Thẻ", "Chuyên mục", "Tác giả", "Ngôn ngữ", "Bộ lọc"),
    "zh": ("全部订阅源", "标签", "分类", "作者", "语言", "筛选"),
    "zh-Hant": ("全部訂閱源", "標籤", "分類", "作者", "語言", "篩選"),
}
# fmt: on
_TRADITIONAL: Final = ("zh-Hant", "zh-TW", "zh-HK", "zh-MO")


def opml_document(site: Site, topics: Iterable[Topic]) -> bytes:
    """The list of feeds, grouped by kind; each outline links to the Atom document."""
    everything, *names = _words(site.language)
    kind_names = dict(zip(_KINDS, names, strict=True))
    root = lxml.etree.Element("opml", version="2.0")
    head = lxml.etree.SubElement(root, "head")
    lxml.etree.SubElement(head, "title").text = f"{everything} - {site.title}"
    lxml.etree.SubElement(head, "dateCreated").text = rfc822(site.since)
    lxml.etree.SubElement(head, "ownerName").text = site.author
    body = lxml.etree.SubElement(root, "body")
    groups: dict[str, lxml.etree._Element] = {}
    for topic in sorted(listed(topics), key=lambda topic: topic.path):
        parent = body
        if name := kind_names.get(topic.kind, ""):
            if name not in groups:
                groups[name] = lxml.etree.SubElement(body, "outline", text=name)
            parent = groups[name]
        path = addresses.document_path(topic.path, "atom")
        lxml.etree.SubElement(
            parent,
            "outline",
            text=topic.label or site.title,
            title=title_of(site, topic),
            type="rss",
            xmlUrl=addresses.url(site.url, path),
            htmlUrl=page_of(site, topic),
            language=language_of(site, topic),
        )
    document: bytes = lxml.etree.tostring(
        root, encoding="UTF-8", xml_declaration=True, pretty_print=True
    )
    return document


def _words(language: str) -> tuple[str, ...]:
    """The words in this language; in English if we have no others."""
    tag = language_tag(language)
    if tag.startswith(_TRADITIONAL):
        return _WORDS["zh-Hant"]
    return _WORDS.get(tag.partition("-")[0], _WORDS["en"])
