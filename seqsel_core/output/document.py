"""A PDF with the few things that the report needs: headings, text, tables, pictures, pages.

Every text is made printable here, so that what people gave needs no care elsewhere.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from io import BytesIO

from fpdf import FPDF, FontFace
from matplotlib.colors import to_rgb
from PIL import Image

from seqsel_core.output.colours import GRID, INK, MUTED
from seqsel_core.output.fonts import Fonts, dejavu
from seqsel_core.output.readable import shorten

MARGIN = 16.0  # mm
_BOTTOM = 18.0
_FAMILY = "DejaVu"
# Stands for the number of pages, and keeps the room of as many digits. No text can hold it,
# as it is not printable and would be escaped.
_TOTAL_PAGES = "\ue000" * 3


class Document:
    """An A4 report; measures are in millimetres, sizes of text in points."""

    def __init__(self, title: str, fonts: Fonts) -> None:
        """Begin on an empty page.

        Args:
            title: Of the file, and at the foot of every page.
            fonts: That can draw all texts.
        """
        self._fonts = fonts
        self.pdf = _Pages(title)
        self.pdf.add_font(_FAMILY, "", dejavu())
        self.pdf.add_font(_FAMILY, "B", dejavu("Bold"))
        for number, face in enumerate(fonts.fallbacks):
            # A broken font of the system must not cost the report: its characters are missing.
            with contextlib.suppress(Exception):
                self.pdf.add_font(
                    f"fallback{number}", "", face.path, collection_font_number=face.index
                )
        fallbacks = [name for name in self.pdf.fonts if name.startswith("fallback")]
        self.pdf.set_fallback_fonts(fallbacks, exact_match=False)
        self.pdf.add_page()

    @property
    def width(self) -> float:
        """Width between the margins."""
        return float(self.pdf.epw)

    @property
    def y(self) -> float:
        """Where the next thing comes."""
        return float(self.pdf.y)

    @y.setter
    def y(self, value: float) -> None:
        self.pdf.set_y(value)

    def finish(self) -> bytes:
        """Return the file."""
        return bytes(self.pdf.output())

    def font(self, size: float = 9, *, bold: bool = False, colour: str = INK) -> None:
        """Set the font of what comes next."""
        self.pdf.set_font(_FAMILY, "B" if bold else "", size)
        self.pdf.set_text_color(*_rgb(colour))

    def keep_together(self, height: float) -> None:
        """Begin a new page where less than `height` is left on this one."""
        if self.pdf.will_page_break(height):
            self.pdf.add_page()

    def space(self, height: float) -> None:
        """Leave some space."""
        self.pdf.ln(height)

    def title(self, text: str) -> None:
        """Write the title of the report."""
        self.font(20, bold=True)
        self.pdf.multi_cell(0, 10, self._fonts.drawable(text), align="L", new_x="LMARGIN")

    def heading(self, text: str, *, follows: float = 30) -> None:
        """Write the heading of a section, together with what follows it, of this height."""
        if self.y > MARGIN:
            self.keep_together(12 + follows)
        if self.y > MARGIN:
            self.space(6)
        self.pdf.start_section(text)
        self.font(13, bold=True)
        self.pdf.cell(0, 7, self._fonts.drawable(text), new_x="LMARGIN", new_y="NEXT")
        self.pdf.set_draw_color(*_rgb(GRID))
        self.pdf.line(MARGIN, self.y, MARGIN + self.width, self.y)
        self.space(2.5)

    def paragraph(
        self, text: str, *, size: float = 9, bold: bool = False, colour: str = INK
    ) -> None:
        """Write text over the whole width."""
        self.font(size, bold=bold, colour=colour)
        self.pdf.multi_cell(
            0, size * 0.5, self._fonts.drawable(text), align="L", new_x="LMARGIN", new_y="NEXT"
        )
        self.space(1.2)

    def table(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        align: Sequence[str],
        header: bool = True,
        size: float = 8.5,
    ) -> None:
        """Draw a table; its header comes again on every page.

        Args:
            rows: Texts of the cells.
            widths: Of the columns, as shares.
            align: Of the columns: 'L' or 'R'.
            header: The first row is one.
            size: Of the text.
        """
        self.font(size)
        self.pdf.set_draw_color(*_rgb(GRID))
        with self.pdf.table(
            col_widths=tuple(widths),
            text_align=tuple("LEFT" if side == "L" else "RIGHT" for side in align),
            borders_layout="HORIZONTAL_LINES",
            headings_style=FontFace(emphasis="BOLD", color=_rgb(MUTED)),
            first_row_as_headings=header,
            line_height=size * 0.46,
            padding=(size * 0.1, 2, size * 0.1, 0),
        ) as table:
            for row in rows:
                table.row([self._fonts.drawable(text) for text in row])
        self.space(2)

    def line_at(self, x: float, y: float, width: float, text: str, *, align: str = "L") -> None:
        """Write one line into a given width; what does not fit is cut out of its middle."""
        self.pdf.set_xy(x, y)
        self.pdf.cell(width, 4, self._fit(self._fonts.drawable(text), width), align=align)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Draw a filled rectangle."""
        with self.pdf.local_context(fill_color=_rgb(colour)):
            self.pdf.rect(x, y, width, height, style="F")

    def picture_at(self, x: float, y: float, width: float, height: float, jpeg: bytes) -> None:
        """Draw a picture in a rectangle that has its aspect ratio."""
        self.pdf.image(BytesIO(jpeg), x, y, width, height)

    def figure(self, png: bytes, width: float) -> None:
        """Draw a figure in the middle of the page, on the next one if it does not fit."""
        picture = Image.open(BytesIO(png)).convert("RGB")
        height = width * picture.height / picture.width
        self.keep_together(height)
        self.pdf.image(picture, MARGIN + (self.width - width) / 2, self.y, width, height)
        self.y += height + 4

    def _fit(self, text: str, width: float) -> str:
        """Return drawable text, shortened to the width in the font that is set."""
        if self.pdf.get_string_width(text) <= width:
            return text
        low, high = 1, len(text)  # the most characters that fit
        while high - low > 1:
            middle = (low + high) // 2
            fits = self.pdf.get_string_width(shorten(text, middle)) <= width
            low, high = (middle, high) if fits else (low, middle)
        return shorten(text, low)


class _Pages(FPDF):
    """Pages with a number at the foot."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4", unit="mm")
        self._foot = title
        self.set_title(title)
        self.set_creator("seqsel")
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.c_margin = 0  # text, pictures and lines begin at the same place
        self.set_auto_page_break(True, _BOTTOM)
        self.alias_nb_pages(_TOTAL_PAGES)

    def footer(self) -> None:
        """Write title and page number; called by the library at the end of every page."""
        self.set_y(-12)
        self.set_font(_FAMILY, "", 7.5)
        self.set_text_color(*_rgb(MUTED))
        self.cell(self.epw / 2, 5, f"page {self.page_no()} of {_TOTAL_PAGES}", align="L")
        self.cell(self.epw / 2, 5, self._foot, align="R")


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in to_rgb(colour))
    return red, green, blue
