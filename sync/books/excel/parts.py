"""The parts of a package while it is edited: which are new or gone, with their relationships and types."""

import posixpath
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sync.books.excel.markup import Edit, escaped, inserted, located, prefix_of, prefixed, splice, utf8
from sync.books.excel.package import Package, folded
from sync.books.excel.refusal import RefusalError
from sync.books.excel.relationships import Relationship, rels_name, resolved
from sync.books.excel.zipping import Content

TYPES = "[Content_Types].xml"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"
_NUMBERED = re.compile(r"(.*?)(\d*)(\.[A-Za-z]+)")


@dataclass
class Parts:
    """A package's parts as they are to become. ``changed`` is shared with the editor of cells."""

    package: Package
    changed: dict[str, Content]
    added: dict[str, bytes] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    _types: dict[str, str] = field(default_factory=dict)
    _reserved: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        """Whether there is such a part now."""
        return self._key(name, self.added) is not None or (
            self.package.has(name) and folded(name) not in map(folded, self.removed)
        )

    def get(self, name: str) -> bytes:
        """A part as it is now. Raises RefusalError when there is none."""
        added = self._key(name, self.added)
        if added is not None:
            return self.added[added]
        changed = self._key(name, self.changed)
        if changed is None:
            return self.package.part(name)
        content = self.changed[changed]
        return content if isinstance(content, bytes) else content.unpacked()

    def put(self, name: str, data: bytes) -> None:
        """Give a part that there is another content."""
        added = self._key(name, self.added)
        if added is not None:
            self.added[added] = data
        else:
            self.changed[self._key(name, self.changed) or name] = data

    def add(self, like: str, data: bytes, content_type: str) -> str:
        """Put in a new part; gives its name, which is numbered so that no other part has it."""
        name = self._free(like)
        self.added[name] = data
        self._types[name] = content_type
        return name

    def remove(self, name: str) -> None:
        """Take a part out, with its list of relationships."""
        for gone in (name, rels_name(name)):
            key = self._key(gone, self.added)
            if key is not None:
                del self.added[key]
                self._types.pop(key, None)
            elif self.package.has(gone):
                self.removed.add(gone)

    def links(self, part: str) -> tuple[Relationship, ...]:
        """The relationships of a part as they are now."""
        name = rels_name(part)
        if not self.has(name):
            return ()
        return tuple(
            Relationship(
                each.attributes.get("Id", ""),
                each.attributes.get("Type", "").rpartition("/")[2],
                resolved(part, each.attributes.get("Target", "")),
                each.attributes.get("TargetMode", "").lower() == "external",
            )
            for each in located(utf8(self.get(name))).all("Relationship")
        )

    def link(self, part: str, kind: str, target: str) -> str:
        """Make a part lead to another; gives the relationship's id. ``kind`` is its whole type."""
        name = rels_name(part)
        data = utf8(self.get(name)) if self.has(name) else f'<Relationships xmlns="{_LINKS}"/>'.encode()
        root = located(data)
        taken = {each.attributes.get("Id", "").casefold() for each in root.children}
        number = next(n for n in range(len(taken) + 1, len(taken) * 2 + 3) if f"rid{n}" not in taken)
        item = f'<Relationship Id="rId{number}" Type="{kind}" Target="/{escaped(target)}"/>'
        place = root.close if root.inner != root.end else root.inner
        data = splice(data, [inserted(data, root, place, prefixed(item, prefix_of(data, root)))])
        self.set_links(part, data)
        return f"rId{number}"

    def unlink(self, part: str, ids: Iterable[str]) -> None:
        """Take relationships of a part away."""
        data = utf8(self.get(rels_name(part)))
        gone = set(ids)
        edits: list[Edit] = [
            (each.start, each.end, b"")
            for each in located(data).all("Relationship")
            if each.attributes.get("Id", "") in gone
        ]
        self.set_links(part, splice(data, edits))

    def set_links(self, part: str, data: bytes) -> None:
        """Give a part this list of relationships."""
        name = rels_name(part)
        if self.has(name):
            self.put(name, data)
        else:
            self.added[name] = data
            self._types[name] = _RELATIONSHIPS

    def targets(self) -> set[str]:
        """All parts that any part leads to now, folded."""
        found: set[str] = set()
        lists = [*self.package.entries, *self.added]
        for name in lists:
            if name.casefold().endswith(".rels") and self.has(name):
                folder, _, file = name.rpartition("_rels/")
                owner = folder + file[: -len(".rels")]
                found |= {folded(link.target) for link in self.links(owner) if not link.external}
        return found

    def finish(self) -> None:
        """Write the content types of what is new, and forget those of what is gone."""
        if not self.added and not self.removed:
            return
        data = utf8(self.get(TYPES))
        root = located(data)
        gone = {folded(name) for name in self.removed}
        edits: list[Edit] = [
            (each.start, each.end, b"")
            for each in root.all("Override")
            if folded(each.attributes.get("PartName", "")) in gone
        ]
        defaults = {
            each.attributes.get("Extension", "").casefold(): each.attributes.get("ContentType", "")
            for each in root.all("Default")
        }
        vml = next((kind for name, kind in self._types.items() if name.endswith(".vml")), "")
        new = ""
        if vml and "vml" not in defaults:  # as Excel writes it
            defaults["vml"] = vml
            new = f'<Default Extension="vml" ContentType="{escaped(vml)}"/>'
        new += "".join(
            f'<Override PartName="/{escaped(name)}" ContentType="{escaped(kind)}"/>'
            for name, kind in self._types.items()
            if defaults.get(name.casefold().rpartition(".")[2]) != kind
        )
        place = root.close if root.inner != root.end else root.inner
        edits.append(inserted(data, root, place, prefixed(new, prefix_of(data, root))))
        self.put(TYPES, splice(data, edits))

    def _free(self, like: str) -> str:
        """The first name of that kind (``xl/charts/chart1.xml``) that no part has or is said to have."""
        if not self._reserved:
            types = located(utf8(self.package.part(TYPES))).all("Override")
            self._reserved = {folded(each.attributes.get("PartName", "")) for each in types}
        match = _NUMBERED.fullmatch(posixpath.basename(like))
        if not match:
            raise RefusalError("could not be given the part {part}; please report it", part=like)
        stem, _, ending = match.groups()
        for number in range(1, len(self.package.entries) + len(self._reserved) + len(self.added) + 2):
            name = posixpath.join(posixpath.dirname(like), f"{stem}{number}{ending}")
            taken = folded(name) in self._reserved or self.package.has(name)
            orphaned = self.package.has(rels_name(name))
            if not taken and not orphaned and self._key(name, self.added) is None:
                return name
        raise RefusalError("could not be given the part {part}; please report it", part=like)

    @staticmethod
    def _key(name: str, known: Collection[str]) -> str | None:
        """The key under which a part of that name stands, whatever its case."""
        if name in known:
            return name
        return next((key for key in known if folded(key) == folded(name)), None)
