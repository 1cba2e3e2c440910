"""What people write as a licence, and where it is explained."""

import pytest

from feedsvc.core.licences.licences import (
    licence_address,
    licence_name,
    near_ids,
    spdx_id_of,
    written_licence,
)
from feedsvc.core.licences.spdx import SPDX_IDS

CC = "https://creativecommons.org"


@pytest.mark.parametrize(
    ("text", "spdx_id"),
    [
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("cc by-nc-sa 4.0", "CC-BY-NC-SA-4.0"),
        (" CC_BY_SA  4.0 ", "CC-BY-SA-4.0"),
        ("mit", "MIT"),
        ("GPL-3.0", "GPL-3.0"),
        ("CC0", "CC0-1.0"),
        (f"{CC}/licenses/by-nc-sa/4.0/", "CC-BY-NC-SA-4.0"),
        ("http://creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("https://www.creativecommons.org/licenses/by/3.0/de/", "CC-BY-3.0-DE"),
        (f"{CC}/licenses/by/4.0/deed.zh", "CC-BY-4.0"),
        (f"{CC}/licenses/by/4.0/legalcode", "CC-BY-4.0"),
        (f"{CC}/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
        (f"{CC}/publicdomain/zero/1.0/", "CC0-1.0"),
        (f"{CC}/licenses/sampling/1.0/", ""),
        (f"{CC}/licenses/by/4.0/../x", ""),
        ("https://example.org/terms", ""),
        ("CC-BY-5.0", ""),
        ("All rights reserved", ""),
        ("", ""),
    ],
)
def test_a_licence_is_known_by_its_identifier_and_its_address(text: str, spdx_id: str) -> None:
    assert spdx_id_of(text) == spdx_id


@pytest.mark.parametrize(
    ("licence", "address", "name"),
    [
        ("CC-BY-NC-SA-4.0", f"{CC}/licenses/by-nc-sa/4.0/", "CC BY-NC-SA 4.0"),
        ("CC-BY-3.0-DE", f"{CC}/licenses/by/3.0/de/", "CC BY 3.0 DE"),
        ("CC-SA-1.0", f"{CC}/licenses/sa/1.0/", "CC SA 1.0"),
        ("CC-BY-NC-ND-1.0", f"{CC}/licenses/by-nd-nc/1.0/", "CC BY-NC-ND 1.0"),
        ("CC0-1.0", f"{CC}/publicdomain/zero/1.0/", "CC0 1.0"),
        ("MIT", "https://opensource.org/license/mit", "MIT"),
        ("0BSD", "https://spdx.org/licenses/0BSD.html", "0BSD"),
        ("CC-PDDC", "https://spdx.org/licenses/CC-PDDC.html", "CC-PDDC"),
        ("https://example.org/terms", "https://example.org/terms", "https://example.org/terms"),
        ("", "", ""),
    ],
)
def test_a_licence_has_an_address_and_a_name(licence: str, address: str, name: str) -> None:
    assert (licence_address(licence), licence_name(licence)) == (address, name)


def test_each_address_of_a_licence_of_creative_commons_leads_back_to_it() -> None:
    ids = [each for each in SPDX_IDS.values() if each.startswith("CC-BY") or each == "CC0-1.0"]
    assert len(ids) > 40
    assert [spdx_id_of(licence_address(each)) for each in ids] == ids


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("CC-BY-5.0", "CC-BY-3.0"),
        ("CC-BY-NC-SA4.0", "CC-BY-NC-SA-4.0"),
        ("cc by", "CC-BY-4.0"),
        ("CC BY-NC-SA 4", "CC-BY-NC-SA-4.0"),
        ("MTI", "MIT"),
        ("GPLv3", "GPL-3.0"),
        ("Apache 2", "Apache-2.0"),
    ],
)
def test_an_unknown_identifier_has_near_ones(text: str, nearest: str) -> None:
    assert nearest in near_ids(text)
    assert len(near_ids(text)) <= 3


def test_long_texts_and_words_are_no_licence() -> None:
    assert near_ids("All rights reserved") == near_ids("CC BY 4.0 " * 1000) == ()
    assert spdx_id_of("CC BY 4.0".replace(" ", " " * 1000)) == ""
    assert written_licence(f"https://example.org/{'a' * 2000}") == ""


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("cc by 4.0", "CC-BY-4.0"),
        (f"[CC BY 4.0]({CC}/licenses/by/4.0/)", "CC-BY-4.0"),
        ("see https://example.org/terms", "https://example.org/terms"),
        ("https://a.example/ or https://b.example/", ""),
        ("https://a.example/ https://a.example/", "https://a.example/"),
        ("https://[x", ""),
        ("our own", ""),
    ],
)
def test_an_author_writes_an_identifier_or_words_with_one_address(
    text: str, licence: str
) -> None:
    assert written_licence(text) == licence
