"""Words of a file, made harmless once, when they are read: one form of each letter, nothing invisible, not too long.

Markdown and markup stay as they are: they are data here, and are escaped where they are shown.
"""

import re
import unicodedata
from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

LENGTH_LIMIT = 4_000  # characters; the longest cell of the sources at hand has under 2,000
CUT = "…"
REPLACED = "\ufffd"
SPACES = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]")
SURROGATES = re.compile("[\ud800-\udfff]")
# Controls and formats. Joiners shape letters in Persian and the scripts of India (U+200C, U+200D), number signs and
# verse marks of Arabic and Syriac are seen: they stay.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)


def text(words: str) -> str:
    """Return words in normal form C on one line, without controls, direction marks or invisible letters.

    Lone halves of surrogate pairs become U+FFFD, a leading ``@@`` (which map libraries run as code) becomes ``@ @``,
    white space at both ends goes, and what is longer than LENGTH_LIMIT is cut, with an ellipsis. Doing it twice gives
    the same as doing it once.
    """
    if not words.isascii() or not words.isprintable():
        words = HIDDEN.sub("", SURROGATES.sub(REPLACED, SPACES.sub(" ", words)))
        words = unicodedata.normalize("NFC", words)
    words = words.strip()
    if words.startswith("@@"):
        words = "@ " + words[1:]
    return words if len(words) <= LENGTH_LIMIT else words[: LENGTH_LIMIT - 1] + CUT


def column(values: pd.Series) -> pd.Series:
    """Return a column with every text in it normalised; numbers, days and nulls stay."""
    if values.dtype == "object":
        return values.map(lambda cell: text(cell) if isinstance(cell, str) else cell)
    if not isinstance(values.dtype, pd.StringDtype):
        return values
    return values if _is_plain(values) else each(values, text)


def _is_plain(values: pd.Series) -> bool:
    """Return whether ``text`` would leave every word of a column as it is, for that is quick to see of most."""
    words = pa.array(values, pa.large_string(), from_pandas=True)
    if not pc.all(pc.ascii_is_printable(words), min_count=0).as_py():
        return False
    is_long = pc.greater(pc.binary_length(words), LENGTH_LIMIT)
    is_loose = pc.not_equal(pc.ascii_trim_whitespace(words), words)
    is_changed = (is_long, is_loose, pc.starts_with(words, "@@"))
    return not any(pc.any(found, min_count=0).as_py() for found in is_changed)


def each(values: pd.Series, change: Callable[[str], str | None]) -> pd.Series:
    """Return a column of text in which each distinct word was changed once; null stays null."""
    codes, known = pd.factorize(values)
    changed = pd.array([change(word) for word in known], dtype="str")
    return pd.Series(changed.take(codes, allow_fill=True), values.index, name=values.name)


def frame(values: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its headings and every text in it normalised."""
    headings = [text(str(heading)) for heading in values.columns]
    columns = [column(values.iloc[:, at]) for at in range(values.shape[1])]
    return pd.concat(columns, axis=1).set_axis(headings, axis=1) if columns else values
