"""Office files spoilt: the parts inside their package, the texts and attributes inside the parts, and the package itself."""

from __future__ import annotations

import io
import re
import zipfile
from random import Random

from tests.fuzz.texts import odd_text

TAG = re.compile(r"<[^>]*>")
TEXT = re.compile(r">([^<>]+)<")
ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
ODD_ATTRIBUTES = (
    "", "0", "-1", "1", "99999999", "4294967296", "1e9", "NaN", "A1", "XFD1048576", "A0", "A1:B2:C3", "A1:XFD1048576", "s", "str", "inlineStr", "b", "e", "n", "d",
    "auto", "manual", "true", "none", "preserve", "../../x", "rId999",
)  # fmt: skip
_DATE = (2024, 1, 1, 0, 0, 0)


def spoilt_package(content: bytes, order: Random) -> bytes:
    """The package with one to four slips in one of its parts, seldom in its list of parts or in its bytes."""
    if order.random() < 0.05:
        return spoilt_raw(content, order)
    parts = _parts(content)
    names = [one for one in parts if one.endswith((".xml", ".rels"))]
    favoured = [
        one
        for one in names
        if re.search(r"sheet[0-9]+\.xml$|sharedStrings|styles|workbook\.xml$|document\.xml$", one)
    ]
    name = order.choice(favoured if favoured and order.random() < 0.85 else names)
    if order.random() < 0.06:
        _of_the_list(parts, name, order)
    else:
        text = parts[name].decode("utf-8", "replace")
        for _ in range(order.choice((1, 1, 1, 2, 4))):
            text = order.choice((_attribute, _attribute, _text, _text, _element, _tag))(text, order)
        parts[name] = text.encode("utf-8", "replace")
    return packed(parts)


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {one: package.read(one) for one in package.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    """A package of the parts, the same bytes each time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _of_the_list(parts: dict[str, bytes], name: str, order: Random) -> None:
    match order.randrange(4):
        case 0:
            del parts[name]
        case 1:
            parts[
                order.choice(("xl/worksheets/sheet99.xml", "word/extra.xml", "../x.xml", "a/" * 50 + "x.xml"))
            ] = parts[name]
        case 2:
            parts[name] = b""
        case _:
            other = order.choice(list(parts))
            parts[name], parts[other] = parts[other], parts[name]


def _attribute(text: str, order: Random) -> str:
    found = list(ATTRIBUTE.finditer(text))
    if not found:
        return text
    one = order.choice(found)
    value = order.choice((order.choice(ODD_ATTRIBUTES), order.choice(found)[2], one[2] * 2, one[2][:-1]))
    return (
        f"{text[: one.start(2)]}{value}{text[one.end(2) :]}"
        if order.random() < 0.85
        else text[: one.start()] + text[one.end() :]
    )


def _text(text: str, order: Random) -> str:
    found = list(TEXT.finditer(text))
    if not found:
        return text
    one = order.choice(found)
    odd = order.choice(
        (
            odd_text(order),
            order.choice(found)[1],
            str(order.randrange(60_000)),
            str(order.random() * 1000),
            one[1] + "1",
            f" {one[1]} ",
        )
    )
    odd = odd.replace("&", "&amp;").replace("<", "&lt;") if order.random() < 0.9 else odd
    return text[: one.start(1)] + odd + text[one.end(1) :]


def _element(text: str, order: Random) -> str:
    """An element lost, doubled, or moved before another tag."""
    tags = list(TAG.finditer(text))
    if not tags:
        return text
    begin = order.choice(tags)
    name = re.match(r"<([\w:]+)", begin[0])
    if name is None:
        return text
    end = (
        begin.end() if begin[0].endswith("/>") else text.find(f"</{name[1]}>", begin.end()) + len(name[1]) + 3
    )
    element = text[begin.start() : end]
    match order.randrange(3):
        case 0:
            return text[: begin.start()] + text[end:]
        case 1:
            return text[:end] + element * order.choice((1, 1, 50)) + text[end:]
        case _:
            rest = text[: begin.start()] + text[end:]
            places = list(TAG.finditer(rest)) or [begin]
            place = order.choice(places).start()
            return rest[:place] + element + rest[place:]


def _tag(text: str, order: Random) -> str:
    tags = list(TAG.finditer(text))
    if not tags:
        return text
    one = order.choice(tags)
    new = order.choice(
        (
            "",
            order.choice(tags)[0],
            "<x/>",
            "<!DOCTYPE x [<!ENTITY e 'e'>]>",
            "<![CDATA[1]]>",
            "&e;",
            "<!-- -->",
        )
    )
    return text[: one.start()] + new + text[one.end() :]


def spoilt_raw(content: bytes, order: Random) -> bytes:
    """The bytes with a few of them changed, lost or doubled, or cut short."""
    noise = bytearray(content)
    for _ in range(order.choice((1, 1, 3, 20))):
        if not noise:
            break
        place = order.randrange(len(noise))
        match order.randrange(5):
            case 0:
                del noise[place : place + order.choice((1, 4, 64))]
            case 1:
                noise[place:place] = noise[place : place + order.choice((1, 8, 64))]
            case 2 if order.random() < 0.3:
                del noise[place:]
            case 3:
                noise[place : place + 4] = order.choice(
                    (b"\x00" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x01\x00\x00\x00")
                )
            case _:
                noise[place] ^= 1 << order.randrange(8)
    return bytes(noise)
