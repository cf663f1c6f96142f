"""Text of others on a terminal: characters that could drive it are shown, never sent.

An article may hold escape sequences, carriage returns or marks that turn the direction of writing. On a terminal these
could hide, forge or rewrite what the reader sees.
"""

from __future__ import annotations

import re

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

# Unicode's controls, format characters, surrogates, line and paragraph separators. Written out, since asking
# unicodedata for every code point costs 0.2 s at each start; a test compares. Left alone are the format characters
# that are ink on paper: U+0600 to U+0605, U+06DD, U+070F, U+0890, U+0891, U+08E2 (number signs, the end of a verse).
_DRIVING = re.compile(
    "["
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)


def visible(text: str) -> str:
    r"""Return *text* as one line that cannot drive a terminal.

    Each control, bidi or other format character is written out, ESC as `\x1b`, a right-to-left override as `\u202e`.
    """
    return _DRIVING.sub(_escape, text)


def harmless_json(line: str) -> str:
    """Return a JSON text that means the same and cannot drive a terminal: such characters become JSON escapes.

    Line ends between JSON texts are kept, since they are outside of every string.
    """
    return _DRIVING.sub(_json_escape, line)


def harmless_xml(text: str) -> str:
    """Return an XML element, as text, that means the same: such characters, line ends included, become numbers."""
    return _DRIVING.sub(lambda found: f"&#{ord(found.group())};", text)


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(found: re.Match[str]) -> str:
    character = found.group()
    if character in "\n\r\t":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
