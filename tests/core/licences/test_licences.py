"""What people write as a licence, and where it is explained."""

import pytest

from feedsvc.core.licences.licences import (
    NO_LICENCE,
    known_licence,
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
        (f"{CC}/licenses/by-sa/4.0/deed.zh-hans", "CC-BY-SA-4.0"),
        (f"{CC}/licenses/BY-NC/4.0/?ref=chooser-v1", "CC-BY-NC-4.0"),
        (f"{CC}/licenses/by/4.0/#text", "CC-BY-4.0"),
        ("//creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("https://opensource.org/license/mit/", "MIT"),
        ("https://spdx.org/licenses/MIT.html", "MIT"),
        ("https://choosealicense.com/licenses/bsd-3-clause/", "BSD-3-Clause"),
        ("https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"),
        ("https://opensource.org/licenses/", ""),
        ("CC BY\u2013SA 4.0", "CC-BY-SA-4.0"),
        ("CC\xa0BY 4.0.", "CC-BY-4.0"),
        ("(CC BY 4.0)", "CC-BY-4.0"),
        ("CC BY-NC-SA 4", "CC-BY-NC-SA-4.0"),
        ("CC BY 4.0 International", "CC-BY-4.0"),
        ("CC BY 4.0 DEED", "CC-BY-4.0"),
        ("BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Attribution 4.0 International License", "CC-BY-4.0"),
        (
            "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International",
            "CC-BY-NC-SA-4.0",
        ),
        ("Creative Commons Attribution-Non Commercial-No Derivatives 4.0", "CC-BY-NC-ND-4.0"),
        ("CC BY-NC-SA 4.0 许可协议", "CC-BY-NC-SA-4.0"),
        ("本文采用 CC BY-NC-SA 4.0 国际许可协议", "CC-BY-NC-SA-4.0"),
        ("知识共享署名-非商业性使用-相同方式共享 4.0 国际许可协议", "CC-BY-NC-SA-4.0"),
        ("署名-非商业性使用-禁止演绎 4.0 国际", "CC-BY-NC-ND-4.0"),
        ("創用CC 姓名標示-非商業性-相同方式分享 4.0 國際", "CC-BY-NC-SA-4.0"),
        ("MIT License", "MIT"),
        ("The MIT License", "MIT"),
        ("GPLv3", "GPL-3.0"),
        ("GNU General Public License v3.0", "GPL-3.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("CC BY", ""),
        ("by", ""),
        ("no MIT license", ""),
        ("not under CC BY 4.0", ""),
        ("CC BY 4.0 or MIT", ""),
        ("CC BY 4.0, MIT", ""),
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
        (f"{CC}/licenses/by/3.0/cn/", f"{CC}/licenses/by/3.0/cn/", "CC BY 3.0 CN"),
        (NO_LICENCE, NO_LICENCE, "All rights reserved"),
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
        ("MTI", "MIT"),
        ("GPL", "GPL-3.0"),
        ("Apache 2", "Apache-2.0"),
    ],
)
def test_an_unknown_identifier_has_near_ones(text: str, nearest: str) -> None:
    assert nearest in near_ids(text)
    assert len(near_ids(text)) <= 3


def test_each_identifier_is_itself() -> None:
    ids = list(SPDX_IDS.values())
    assert [spdx_id_of(each) for each in ids] == ids


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://creativecommons.org/licenses/BY-NC-SA/3.0/cn/deed.zh", "by-nc-sa/3.0/cn"),
        ("creativecommons.org/licenses/by/2.5/cn/", "by/2.5/cn"),
        ("CC BY-NC-SA 3.0 CN", "by-nc-sa/3.0/cn"),
        ("cc-by-3.0-tw", "by/3.0/tw"),
    ],
)
def test_a_licence_without_an_identifier_has_one_address(text: str, address: str) -> None:
    assert known_licence(text) == f"{CC}/licenses/{address}/"
    assert written_licence(text) == known_licence(known_licence(text))


@pytest.mark.parametrize("text", [f"{CC}/licenses/sampling/1.0/", "CC XX 3.0 CN", "MTI", ""])
def test_other_texts_have_none(text: str) -> None:
    assert known_licence(text) == ""


@pytest.mark.parametrize(
    "text", ["All Rights Reserved", "all rights reserved.", "none", "版权所有", "版權所有。"]
)
def test_an_author_reserves_all_rights(text: str) -> None:
    assert written_licence(text) == NO_LICENCE


def test_long_texts_and_words_are_no_licence() -> None:
    assert near_ids("All rights reserved") == near_ids("CC BY 4.0 " * 1000) == ()
    assert spdx_id_of("CC BY 4.0".replace(" ", " " * 1000)) == ""
    assert spdx_id_of("CC BY 4.0".replace(" ", " " * 100)) == ""
    assert written_licence(f"https://example.org/{'a' * 2000}") == ""
    assert known_licence(f"{CC}/licenses/by/4.0/?{'a' * 2000}") == ""


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
        ("MIT License (MIT)", "MIT"),
        ("署名 4.0 国际（CC BY 4.0）", "CC-BY-4.0"),
        ("MIT (CC BY 4.0)", ""),
        ("[ours](https://example.org/terms)", "https://example.org/terms"),
        (f"[CC BY 4.0]({CC}/licenses/by-nd/4.0/)", "CC-BY-ND-4.0"),
        (f"见 {CC}/licenses/by/4.0/。", "CC-BY-4.0"),
        ("see https://example.org/terms.", "https://example.org/terms"),
    ],
)
def test_an_author_writes_an_identifier_or_words_with_one_address(
    text: str, licence: str
) -> None:
    assert written_licence(text) == licence
