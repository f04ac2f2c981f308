"""Names that a stranger may give a file: each would do something if it were more than text."""

from __future__ import annotations

STEMS = {
    "html": "<img src=x onerror=alert(1)>",
    "script": "<script>alert(1)<\\script>",
    "style": "<style>body{display:none}",
    "entity": "&lt;b&gt;&amp;&#60;",
    "markdown": "**bold** _it_ `code` ~~gone~~ # head > quote | cell",
    "markdown picture": "![x](\\\\evil.example\\x.png)",
    "markdown link": "[x](javascript:alert(1)) <https:evil.example>",
    "address": "https:evil.example www.evil.example me@evil.example",
    "math": "$x^2$ $$\\sum$$ \\(y\\)",
    "directive": ":red[red] :material:delete: :smile: :streamlit: :badge[b] ^a^",
    "icon": ":material_delete:",
    "template": "{{7*7}} ${7*7} {x} %(y)s %s <%= z %>",
    "formula": "=1+1",
    "hyperlink": '=HYPERLINK("x","y")',
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "line end": "two\nlines",
    "return": "two\rlines",
    "escape": "\x1b[31mred\x1b[2J",
    "bell": "a\x07\x08b",
    "right to left": "a\u202egpj.b",
    "isolate": "\u2066a\u2069\u200b",
    "line separator": "a\u2028b\u0085c",
    "option": "-rf",
    "long option": "--help=1",
    "home": "~",
    "variable": "$(id) `id` $HOME %PATH% ;id|id&id",
    "quotes": 'it\'s "quoted"',
    "list": "a,b;c:0-5",
    "backslashes": "x\\..\\..\\etc",
    "encoded": "%2e%2e%2fx%00",
    "drive": "C:x",
    "protocol": "concat:a|b",
    "file": "file:x",
    "device": "nul",
    "spaces": " x ",
    "no UTF-8": "caf\udce9\udcff",
    "half": "\udced\udca0\udc80",
    "other scripts": "名前 שם اسم 🎬",
    "long": "long" * 62 + "end",
}
"""{what it tries: name without an ending}: what a Linux file system takes, at most 251 bytes."""

EVIL = ("alert(1)", "evil.example")


def names(ending: str = "mp4") -> list[str]:
    """Return all names, with an ending."""
    return [f"{stem}.{ending}" for stem in STEMS.values()]
