"""How mails and small pages look: no image, no table, one column, readable in the dark and aloud. Pure."""

import re
from html import escape

#: Colours pass WCAG AA on their background, by day and by night. `!important` in the dark: inline styles come before otherwise.
_STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
a { color: #000091; } h1, h2, h3 { line-height: 1.25; } li, p { line-height: 1.55; }
button { font: inherit; padding: .75em 1.25em; border: 0; border-radius: 4px; background: #000091; color: #fff; cursor: pointer; }
:focus-visible { outline: 3px solid #0a76f6; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  body, .sheet { background: #161616 !important; color: #eeeeee !important; }
  a { color: #b1b1f9 !important; } .quiet, .quiet a { color: #c4c4c4 !important; } .rule { border-color: #666 !important; }
  button, .button { background: #8585f6 !important; color: #000 !important; }
}
"""
_BODY = "margin:0;padding:0;background:#f6f6f6;color:#161616;font:17px/1.5 Arial,Helvetica,sans-serif"
_SHEET = "max-width:640px;margin:0 auto;padding:24px 20px;background:#ffffff;color:#161616"
QUIET = "color:#595959;font-size:15px"
RULE = "border:0;border-top:1px solid #dddddd;margin:24px 0"
#: Of a link that looks like a button.
BUTTON = "display:inline-block;padding:12px 20px;border-radius:4px;background:#000091;color:#ffffff;text-decoration:none;font-weight:bold"


def sheet(title: str, body: str) -> str:
    """A whole HTML document in French; `body` is HTML already."""
    return f"""<!doctype html>
<html lang="fr" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body style="{_BODY}">
<main class="sheet" style="{_SHEET}">
{body}
</main>
</body>
</html>
"""


def question(title: str, sentence: str, button: str) -> str:
    """A small page that changes nothing until its button is pressed: programs that open links do no harm."""
    return sheet(
        title,
        f"<h1>{escape(title)}</h1>\n<p>{escape(sentence)}</p>\n"
        f'<form method="post"><button type="submit">{escape(button)}</button></form>',
    )


def answer(title: str, sentence: str) -> str:
    """The page after the button."""
    return sheet(title, f"<h1>{escape(title)}</h1>\n<p>{escape(sentence)}</p>")


def plain(text: str, longest: int = 0) -> str:
    """People's words on one line, without what is invisible; cut at a word when `longest` is given."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", " ", text).split())
    if not longest or len(line) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def visible(text: str) -> str:
    """People's paragraphs, without the characters that disguise or break a mail."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", text.replace("\r\n", "\n"))
