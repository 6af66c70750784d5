"""PDF files made from nothing, for what no printer prints."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf(contents: Sequence[bytes], *more: bytes, box: bytes = b"[0 0 595 842]") -> bytes:
    """A document with a page for each of ``contents``, compressed; ``more`` are further objects, from 4 on."""
    first = 4 + len(more)
    pages = range(first, first + 2 * len(contents), 2)
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(contents), kids),
        FONT,
        *more,
    ]
    for number, content in zip(pages, contents, strict=True):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox%s/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>"
            % (box, number + 1)
        )
        objects.append(stream(content))
    return _file(objects)


def stream(content: bytes, extra: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream" % (len(packed), extra, packed)


def bomb(megabytes: int) -> bytes:
    """A page whose content unpacks to so many megabytes of blanks."""
    blanks, packer = b" " * 1_000_000, zlib.compressobj(1, wbits=-15)
    once = packer.compress(blanks) + packer.flush(
        zlib.Z_FULL_FLUSH
    )  # which stands for itself, and so can be repeated
    check = 1
    for _ in range(megabytes):
        check = zlib.adler32(blanks, check)
    packed = b"\x78\x01" + once * megabytes + packer.flush() + check.to_bytes(4)
    return pdf(
        [b""], b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)
    ).replace(b"/Contents 6 0 R", b"/Contents 4 0 R")


def _file(objects: Iterable[bytes]) -> bytes:
    written = bytearray(b"%PDF-1.4\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(written) + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(places) + 1, table, len(places) + 1, len(written))
    )


def text(*lines: str) -> bytes:
    """A page's content with these lines, ASCII only."""
    shown = b"".join(b"(%s) Tj 0 -14 Td " % line.encode("ascii") for line in lines)
    return b"BT /F 10 Tf 50 800 Td " + shown + b"ET"


def rectangles(number: int) -> bytes:
    """A page with so many rectangles on it, in a file of a few kilobytes."""
    return pdf([b"1 1 1 1 re f " * number])
