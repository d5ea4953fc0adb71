"""Conditional formats and validations: the areas they cover, and formulas relative to the topmost left cell."""

from collections.abc import Iterator
from dataclasses import dataclass

from sync.books.excel.formulas import Formula, Reference, RowNumber, parse_formula
from sync.books.excel.markup import Edit, Element, escaped, with_attribute
from sync.books.excel.references import area_of
from sync.books.excel.shifting import Removal
from sync.snapshot import Area

CONTAINERS = {"dataValidations", "conditionalFormattings", "ignoredErrors"}
_COVERING = {"conditionalFormatting", "dataValidation", "ignoredError"}
_FORMULAS = {"formula", "formula1", "formula2", "f"}


@dataclass(frozen=True)
class Coverage:
    """One element that covers areas of a worksheet. ``sqref`` is None where an attribute holds the areas."""

    element: Element
    sqref: Element | None
    formulas: tuple[tuple[Element, Formula], ...]

    @property
    def listed(self) -> str:
        """The areas as they are written."""
        return self.sqref.text if self.sqref else self.element.attributes.get("sqref", "")

    @property
    def areas(self) -> tuple[Area, ...]:
        """The areas in the order in which they are written."""
        return tuple(area_of(reference) for reference in self.listed.split())

    def edits(self, data: bytes, removal: Removal) -> list[Edit]:
        """What the removal changes in it, when some of its areas stay."""
        old, new = self.listed, removal.references(self.listed)
        edits: list[Edit] = []
        if new != " ".join(old.split()):
            edits.append(self._areas_edit(data, new))
        top, new_top = (min(area_of(name).first_row for name in listed.split()) for listed in (old, new))
        if top != new_top:
            edits += self._formula_edits(top, new_top)
        return edits

    def _areas_edit(self, data: bytes, new: str) -> Edit:
        if self.sqref:
            return (self.sqref.inner, self.sqref.close, new.encode())
        element = self.element
        return (
            element.start,
            element.inner,
            with_attribute(data[element.start : element.inner], "sqref", new),
        )

    def _formula_edits(self, top: int, new_top: int) -> Iterator[Edit]:
        def wanted(_: Reference, mark: RowNumber) -> int:
            return new_top if mark.number == top and not mark.fixed else mark.number

        for element, formula in self.formulas:
            text = formula.renumbered(wanted)
            if text != formula.text:
                yield (element.inner, element.close, as_text(text))


def coverages(root: Element) -> list[Coverage]:
    """All of a worksheet's conditional formats, validations and ignored errors, those of extensions too."""
    return [_coverage(element) for element in root.descend() if element.name in _COVERING]


def _coverage(element: Element) -> Coverage:
    inner = list(element.descend())
    formulas = [part for part in inner if part.name in _FORMULAS and not part.children and part.text.strip()]
    return Coverage(
        element,
        next((part for part in inner if part.name == "sqref"), None),
        tuple((part, parse_formula(part.text)) for part in formulas),
    )


def as_text(text: str) -> bytes:
    """Text as an element's content, quotes left as they are."""
    return escaped(text).replace("&quot;", '"').encode()
