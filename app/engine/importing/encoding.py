"""Text in another encoding becomes UTF-8 before the gate looks at it: only encodings that mean one thing."""

from __future__ import annotations

import codecs
import re

from app.engine.gate import MAX_BYTES, refusal

_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>\s*")
_NAMED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_KNOWN = frozenset({"iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be"})


def as_utf8(content: bytes) -> tuple[bytes, str]:
    """The same text in UTF-8, and the encoding that it came in ("" where it was UTF-8 already or cannot be told).

    Raises PathwayRefused where the bytes are not what the file says.
    """
    if len(content) > 2 * MAX_BYTES:
        return content, ""  # the gate says that it is too large
    name = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    found = _NAMED.match(content)
    if not name and found:
        try:
            name = codecs.lookup(found.group(1).decode("ascii")).name
        except LookupError:
            return content, ""
    if name not in _KNOWN:
        return content, ""
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        raise refusal(
            "encoding", f"The file says that it is {name} text, and is not. Save it as UTF-8."
        ) from None
    return _DECLARED.sub("", text, count=1).encode("utf-8", "surrogatepass"), name
