"""Small workbooks written part by part, for the hazards that no library writes."""

import io
import zipfile
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
    "</fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
)


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """A worksheet part with those rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{MAIN}" xmlns:r="{LINKS}">'
        f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def workbook_part(properties: str = "", names: str = "", calc: str = "") -> str:
    """A workbook part with one sheet, ``T``."""
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{properties}<sheets><sheet name="T" sheetId="1" r:id="rId1"/>'
        f"</sheets>{names}{calc}</workbook>"
    )


def links(*targets: tuple[str, str]) -> str:
    """A relationship list of (kind, target), rId1 first."""
    items = (
        f'<Relationship Id="rId{n}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE_LINKS}">{"".join(items)}</Relationships>'


def parts(worksheet: str | bytes, **more: str | bytes) -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet; ``more`` replaces or adds by name (``__`` for ``/``)."""
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": links(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook_part(),
        "xl/_rels/workbook.xml.rels": links(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
        "xl/worksheets/sheet1.xml": worksheet,
        "xl/styles.xml": STYLES,
    }
    return made | {name.replace("__", "/"): content for name, content in more.items()}


def zipped(contents: dict[str, str | bytes]) -> bytes:
    """The parts as a zip file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


def saved(folder: Path, contents: dict[str, str | bytes], name: str = "T.xlsx") -> Path:
    """The parts as a file in the folder."""
    path = folder / name
    path.write_bytes(zipped(contents))
    return path


def part(path: Path, name: str = "xl/worksheets/sheet1.xml") -> str:
    """One part's text."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()
