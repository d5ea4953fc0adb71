"""Word documents, written and read: the only module that knows python-docx, which is imported where it is needed."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sync.faults import UsageFault
from sync.reports.document import Document, Grid, Line, Part

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_FONTS = {"zh-CN": ("等线", "宋体"), "zh-TW": ("微軟正黑體", "新細明體"), "en": ("等线", "宋体")}
"""By language the East Asian fonts of text and of the title; Latin letters have Calibri and Times New Roman."""
_INK, _PALE, _RULE, _ALARM = "1F2933", "F1F4F7", "BFC8D1", "9C0006"
_TEXT, _SMALL = 10.5, 9.0
_WIDTH_CM = 16.6
_LABEL_CM = 3.4
_MOST_BYTES = 64 << 20
"""What a document may unpack to: minutes are a thousandth of that."""


class WordTable(NamedTuple):
    """A table of a document that was read: the text of its cells."""

    rows: tuple[tuple[str, ...], ...]


def word_file(document: Document) -> bytes:
    """The document as a .docx for A4 paper."""
    import docx

    word = docx.Document()
    page = _Writer(word, document.language)
    page.set_up(document)
    page.title(document)
    page.facts(document.facts)
    for part in document.parts:
        page.part(part)
    page.text(document.closing, size=_SMALL, before=14)
    made = io.BytesIO()
    word.save(made)
    return made.getvalue()


def read_word(data: bytes, name: str) -> Iterator[str | WordTable]:
    """The paragraphs and tables of a .docx, in order. Raises UsageFault when it is none, or a bomb."""
    import docx
    from docx.table import Table

    _check(data, name)
    try:
        body = docx.Document(io.BytesIO(data))
        blocks = list(body.iter_inner_content())
        for block in blocks:
            if isinstance(block, Table):
                yield WordTable(tuple(tuple(cell.text for cell in row.cells) for row in block.rows))
            else:
                yield block.text
    except Exception as reason:  # python-docx says in a dozen ways that a part is missing or odd
        raise UsageFault(
            "{file} cannot be read as a Word document ({detail}); save it anew", file=name, detail=reason
        ) from reason


def _check(data: bytes, name: str) -> None:
    try:
        size = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except zipfile.BadZipFile as reason:
        raise UsageFault(
            "{file} cannot be read as a Word document ({detail}); save it anew", file=name, detail=reason
        ) from reason
    if size > _MOST_BYTES:
        raise UsageFault("{file} unpacks to more than minutes ever hold and is not read", file=name)


class _Writer:
    """Puts text into one Word document, in one look."""

    def __init__(self, word: "WordDocument", language: str) -> None:
        self._word = word
        self._language = language
        self._text_font, self._title_font = _FONTS[language]

    def set_up(self, document: Document) -> None:
        """A4, margins, fonts, what stands at the head and foot of each page, and no traces of who made it."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Cm, Pt

        section = self._word.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm((21 - _WIDTH_CM) / 2)
        section.top_margin, section.bottom_margin = Cm(2.2), Cm(2)
        normal = self._word.styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", Pt(_TEXT)
        self._east_asian(normal.element.get_or_add_rPr(), "Calibri", self._text_font)
        properties = self._word.core_properties
        properties.title, properties.author, properties.comments = document.title, "closeloop", ""
        properties.language = self._language
        if document.mark:
            self._run(section.header.paragraphs[0], document.mark, size=_SMALL, bold=True, ink=_ALARM)
            section.header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._page_number(foot, document.page)

    def title(self, document: Document) -> None:
        """The mark of what is confidential, the title, and below it what state the document is in."""
        if document.mark:
            self._banner(document.mark)
        title = self._paragraph(after=4 if document.state else 12, centred=True, keep=True)
        self._run(title, document.title, size=20, bold=True, font=self._title_font, latin="Times New Roman")
        if document.state:
            state = self._paragraph(after=10, centred=True, keep=True)
            self._run(state, document.state, size=_TEXT, ink=_ALARM)

    def facts(self, facts: Sequence[Line]) -> None:
        """Two columns: what it is, and what is said."""
        table = self._table(len(facts), (_LABEL_CM, _WIDTH_CM - _LABEL_CM))
        for row, fact in zip(table.rows, facts, strict=True):
            self._fill(row.cells[0], fact.label, bold=True, fill=_PALE)
            self._fill(row.cells[1], fact.text)

    def part(self, part: Part) -> None:
        """A heading with its lines and its table, which begin on the same page."""
        size, before = (13.0, 14.0) if part.level == 1 else (11.0, 8.0)
        heading = self._word.add_heading(level=part.level)
        self._space(heading, before, 4, keep=True)
        self._run(heading, part.heading, size=size, bold=True)
        for line in part.lines:
            paragraph = self._paragraph(after=3)
            if line.label:
                self._run(paragraph, line.label, bold=True)
            self._run(paragraph, line.text)
        if part.grid:
            self._grid(part.grid)

    def text(self, text: str, *, size: float = _TEXT, before: float = 0) -> None:
        """A paragraph of its own."""
        paragraph = self._paragraph(after=0)
        self._space(paragraph, before, 0)
        self._run(paragraph, text, size=size, ink="66727F")

    def _grid(self, grid: Grid) -> None:
        table = self._table(len(grid.rows) + 1, [share * _WIDTH_CM for share in grid.widths])
        for cell, heading in zip(table.rows[0].cells, grid.headings, strict=True):
            self._fill(cell, heading, bold=True, fill=_PALE, size=_SMALL + 0.5)
        self._repeated(table.rows[0])
        for row, texts in zip(list(table.rows)[1:], grid.rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                self._fill(cell, text, size=_SMALL + 0.5)

    def _table(self, rows: int, widths: Sequence[float]) -> "Table":
        """An empty table of fixed columns whose rows are not broken across pages."""
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.shared import Cm

        table: Table = self._word.add_table(rows, len(widths))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        properties = table._tbl.tblPr
        borders = _element("w:tblBorders", children=[_border(side) for side in _SIDES])
        margins = [_element(f"w:{side}", w=str(twips), type="dxa") for side, twips in _PADDING]
        # Word insists on the order of these.
        properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
        properties.insert_element_before(_element("w:tblCellMar", children=margins), "w:tblLook")
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for row in table.rows:
            row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Cm(width)
        return table

    def _repeated(self, row: Any) -> None:
        """Show the row again at the top of each page, and never alone at the foot of one."""
        row._tr.get_or_add_trPr().append(_element("w:tblHeader"))
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True

    def _fill(
        self, cell: "_Cell", text: str, *, bold: bool = False, fill: str = "", size: float = _TEXT
    ) -> None:
        for place, line in enumerate(text.splitlines() or [""]):
            paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
            self._space(paragraph, 0, 0)
            self._run(paragraph, line, bold=bold, size=size)
        if fill:
            cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=fill))

    def _banner(self, mark: str) -> None:
        paragraph = self._paragraph(after=10, centred=True, keep=True)
        self._run(paragraph, mark, size=12, bold=True, ink=_ALARM)
        borders = [_border(side, _ALARM, "12") for side in ("top", "left", "bottom", "right")]
        box = _element("w:pBdr", children=borders)
        paragraph._p.get_or_add_pPr().insert_element_before(
            box, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )

    def _paragraph(self, *, after: float, centred: bool = False, keep: bool = False) -> "Paragraph":
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = self._word.add_paragraph()
        self._space(paragraph, 0, after, keep=keep)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return paragraph

    def _space(self, paragraph: "Paragraph", before: float, after: float, *, keep: bool = False) -> None:
        from docx.shared import Pt

        form = paragraph.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.25
        form.keep_with_next = keep

    def _run(
        self,
        paragraph: "Paragraph",
        text: str,
        *,
        size: float = _TEXT,
        bold: bool = False,
        ink: str = _INK,
        font: str = "",
        latin: str = "Calibri",
    ) -> None:
        from docx.shared import Pt, RGBColor

        run = paragraph.add_run(text)
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, latin
        run.font.color.rgb = RGBColor.from_string(ink)
        self._east_asian(run._r.get_or_add_rPr(), latin, font or self._text_font)

    def _east_asian(self, properties: Any, latin: str, font: str) -> None:
        """Name the fonts of all scripts: without ``eastAsia`` a Chinese text takes whatever the theme says."""
        from docx.oxml.ns import qn

        fonts = properties.get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script, name in (("ascii", latin), ("hAnsi", latin), ("eastAsia", font), ("cs", latin)):
            fonts.set(qn(f"w:{script}"), name)
        if self._language != "en":
            fonts.set(qn("w:hint"), "eastAsia")  # Chinese quotation marks are as wide as a sign

    def _page_number(self, paragraph: "Paragraph", form: str) -> None:
        """The words of a page's number, with Word's own fields in them."""
        for piece in form.replace("{pages}", "\0NUMPAGES\0").replace("{page}", "\0PAGE\0").split("\0"):
            if piece not in {"PAGE", "NUMPAGES"}:
                self._run(paragraph, piece, size=_SMALL, ink="66727F")
                continue
            field = _element("w:fldSimple", instr=piece)
            paragraph._p.append(field)
            self._run(paragraph, "1", size=_SMALL, ink="66727F")
            field.append(paragraph.runs[-1]._r)


_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_PADDING = (("top", 50), ("left", 100), ("bottom", 50), ("right", 100))


def _border(side: str, colour: str = _RULE, size: str = "4") -> Any:
    return _element(f"w:{side}", val="single", sz=size, space="4" if size == "12" else "0", color=colour)


def _element(tag: str, *, children: Sequence[Any] = (), **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    element.extend(children)
    return element
