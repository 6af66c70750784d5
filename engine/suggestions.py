"""“Did you mean”: the name that was probably meant, and how it differs where a reader does not see it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from itertools import islice

from engine.errors import Text

MANY = 300
"""With more candidates than this a suggestion is looked for among the likeliest only: comparing takes long."""

FEW = 12
"""So many names are listed; of more, the others are counted."""

LONGEST_WORD, MOST_CANDIDATES = 200, 10_000
"""Past these no suggestion is looked for: a thousand wrong names must not take long, either."""

_BLANK = Text("前后有空格", "there is a blank beside it")
_WIDTH = Text("全角与半角不同", "full-width and half-width characters differ")
_CASE = Text("大小写不同", "capital and small letters differ")


def suggestion(word: str, candidates: Collection[str]) -> Text | None:
    """What was probably meant instead of ``word``, never the word itself; ``None`` where nothing is near.

    What a reader hardly sees (blanks, full-width characters, capital letters) is said.
    """
    meant = nearest(word, candidates)
    if meant is None:
        return None
    if _plain(meant) == _plain(word):
        return _alike(word, meant)
    return Text(f"是否应为“{meant}”？", f"did you mean '{meant}'?")


def possible(names: Collection[str]) -> Text:
    """What may stand in the place of a name that is none of ``names``."""
    if not names:
        return Text("这里没有可写的，删去", "nothing can stand here; remove it")
    first, others = [*islice(names, FEW)], len(names) - FEW
    zh, en = "、".join(first), ", ".join(first)
    if others > 0:
        return Text(f"这里可以写 {zh} 等 {len(names)} 个", f"here may stand {en} and {others} more")
    return Text(f"这里可以写 {zh}", f"here may stand {en}")


def offered(fix: Text | None, names: Collection[str]) -> Text:
    """``fix``, the name that was probably meant, and what else may stand there."""
    others = possible(names)
    if fix is None or len(names) < 2:
        return fix or others
    return Text(f"{fix.zh}（{others.zh}）", f"{fix.en} ({others.en})")


def nearest(word: str, candidates: Collection[str]) -> str | None:
    """The candidate that was probably meant instead of ``word``; ``None`` where nothing is near."""
    if len(word) > LONGEST_WORD or len(candidates) > MOST_CANDIDATES:
        return None
    from difflib import get_close_matches

    others = [one for one in candidates if one != word]
    if len(others) > MANY:  # thousands of records' paths: only those that begin alike are looked at
        others = [one for one in others if one[:3] == word[:3] and abs(len(one) - len(word)) < 3][:MANY]
    plain = _plain(word)
    for one in others:
        if _plain(one) == plain:
            return one
    close = get_close_matches(word, others, n=1, cutoff=0.6)
    return close[0] if close else None


def all_near(word: str, candidates: Collection[str], most: int = 5) -> list[str]:
    """Up to ``most`` candidates that may have been meant: the likeliest first, then those with the word in them."""
    one = nearest(word, candidates)
    found = [] if one is None else [one]
    plain = _plain(word)
    within = (each for each in candidates if plain and each != word and plain in _plain(each))
    found += [*islice((each for each in within if each not in found), max(most - len(found), 0))]
    if 0 < len(candidates) <= MANY and len(word) <= LONGEST_WORD:
        from difflib import get_close_matches

        found += [each for each in get_close_matches(word, candidates, n=most) if each not in (*found, word)]
    return found[:most]


def _plain(word: str) -> str:
    """The word without what tells it apart from another only to a program."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def _alike(word: str, meant: str) -> Text:
    """How ``word`` differs from what was meant."""
    one, two = word.strip(), meant.strip()
    how = [_BLANK] if (one, two) != (word, meant) else []
    if one.casefold() != two.casefold():
        how.append(_WIDTH)
    if unicodedata.normalize("NFKC", one) != unicodedata.normalize("NFKC", two):
        how.append(_CASE)
    zh, en = "；".join(each.zh for each in how), "; ".join(each.en for each in how)
    return Text(f"写成“{meant}”（{zh}）", f"write '{meant}' ({en})")
