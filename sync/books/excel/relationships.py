"""Relationships and content types: which part is what, and how one part leaves the package."""

import posixpath
from typing import NamedTuple
from urllib.parse import unquote

from sync.books.excel.markup import located, utf8
from sync.books.excel.package import Package, folded


class Relationship(NamedTuple):
    """One relationship of a part. ``kind`` is the last word of its type, the same in both dialects."""

    id: str
    kind: str
    target: str
    external: bool


def rels_name(part: str) -> str:
    """Where the relationships of a part stand; the package's own for ''."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relationships(package: Package, part: str) -> tuple[Relationship, ...]:
    """The relationships of a part with resolved targets; none when it has no list."""
    if not package.has(rels_name(part)):
        return ()
    root = located(utf8(package.part(rels_name(part))))
    return tuple(
        Relationship(
            child.attributes.get("Id", ""),
            child.attributes.get("Type", "").rpartition("/")[2],
            resolved(part, child.attributes.get("Target", "")),
            child.attributes.get("TargetMode", "").lower() == "external",
        )
        for child in root.all("Relationship")
    )


def resolved(part: str, target: str) -> str:
    """The part that a relationship of ``part`` leads to."""
    target = target.replace("\\", "/")
    if not target.startswith("/"):
        target = posixpath.join(posixpath.dirname(part), target)
    return unquote(posixpath.normpath(target)).lstrip("/")


def content_type(package: Package, part: str) -> str:
    """The content type of a part, '' when nothing says."""
    extension = folded(part).rpartition(".")[2]
    found = ""
    for child in located(utf8(package.part("[Content_Types].xml"))).children:
        if child.name == "Override" and folded(child.attributes.get("PartName", "")) == folded(part):
            return child.attributes.get("ContentType", "")
        if child.name == "Default" and child.attributes.get("Extension", "").casefold() == extension:
            found = child.attributes.get("ContentType", "")
    return found
