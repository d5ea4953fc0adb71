"""A workbook file as a book: read it whole, apply a plan without touching anything else."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sync.books.excel.backups import Backups
from sync.books.excel.disk import remove_leftovers
from sync.books.excel.editing import Edited, Editor
from sync.books.excel.locks import check_free
from sync.books.excel.looking import check_extent
from sync.books.excel.obstacles import find_obstacles
from sync.books.excel.package import Package, open_package
from sync.books.excel.reading import Values, fingerprint, read_snapshot
from sync.books.excel.refusal import BusyError, ChangedError, RefusalError, refusing
from sync.books.excel.saving import put_file, replace_file
from sync.books.excel.verifying import Rows, verify
from sync.books.excel.workbook import Sheet, read_workbook
from sync.books.excel.worksheet import parse_worksheet
from sync.books.excel.zipping import rezipped
from sync.changes import Plan, PutTab
from sync.faults import Fault
from sync.generated import GeneratedTab
from sync.snapshot import Snapshot


class ExcelBook:
    """An .xlsx, .xlsm, .xltx or .xltm file. A symbolic link stands for the file that it leads to."""

    def __init__(
        self, path: Path, backups: Backups | None = None, remark: Callable[[Fault], None] | None = None
    ) -> None:
        """``backups`` take what the file was before each write; ``remark`` is told what is odd but no hindrance."""
        self.path = path
        self._backups = backups
        self._remark = remark
        self._last: Snapshot | None = None

    def read(self) -> Snapshot:
        """All worksheets as they are now; chart and macro sheets are left out.

        Raises WorkbookFault when the file is missing, foreign, damaged or refused.
        """
        with refusing(self.path.name):
            self._last = read_snapshot(open_package(self._bytes()))
            return self._last

    def fingerprint(self) -> str:
        """The fingerprint of the file as it is now; '' where it cannot be opened, which ``read`` explains."""
        try:
            return fingerprint(self.path.read_bytes())
        except OSError:
            return ""

    def obstacles(self, tab: str, rows: Sequence[int]) -> Mapping[int, str]:
        """Which of these rows have to stay in the tab, and for each the reason; the others may go together.

        Of the file as it is now: when that is no longer the one that was read, ``apply`` refuses anyway.
        """
        with refusing(self.path.name):
            package = open_package(self._bytes())
            workbook = read_workbook(package)
            found = find_obstacles(package, workbook, workbook.sheet(tab), rows)
            return {row: found[row].sentence for row in sorted(found)}

    def apply(self, plan: Plan) -> str:
        """Carry out the whole plan or nothing; an empty plan leaves the file untouched.

        Gives the fingerprint of what was written, or of the plan where nothing had to be.

        Raises BusyFault when the file is open elsewhere, ChangedFault when it is no longer the one that
        the plan was made for, WorkbookFault when it cannot be edited without harm.
        """
        if not len(plan):
            self._remove_leftovers()
            return plan.fingerprint
        return self._edit(plan.fingerprint, lambda editor: editor.carry_out(plan))

    def graft(
        self, source: bytes, names: Sequence[str], fingerprint: str, generated: Sequence[GeneratedTab] = ()
    ) -> None:
        """Put worksheets of another workbook (an .xlsx that we have made) into this one, last, for people to use,
        and after them tabs that closeloop generates.

        Raises as ``apply`` does, and when a sheet of such a name is there.
        """
        if names:
            self._edit(fingerprint, lambda editor: editor.graft(open_package(source), names, generated))
        else:
            self.apply(Plan(fingerprint, tabs=tuple(map(PutTab, generated))))

    def put_back(self, backup: Path) -> None:
        """Replace the whole file by a backup; what it is now, readable or not, becomes a backup itself.

        Raises BusyFault when it is open elsewhere, WorkbookFault when the backup is no readable workbook.
        """
        with refusing(backup.name):
            data = _bytes(backup)
            read_snapshot(open_package(data))
        with refusing(self.path.name):
            target = self.path.resolve()
            if not target.exists():
                put_file(target, data, backup)
                return
            for path in {self.path, target}:
                self._check_free(path)
            replace_file(target, data, self._bytes(), self._backups)

    def check_writable(self) -> tuple[str, ...]:
        """Raise BusyFault when somebody has the file open, or it may not be written. Gives the names of locks
        that a crashed program has left."""
        with refusing(self.path.name):
            locks = [lock for path in {self.path, self.path.resolve()} for lock in check_free(path)]
        return tuple(sorted({lock.name for lock in locks}))

    def _edit(self, former: str, edit: Callable[[Editor], Edited]) -> str:
        with refusing(self.path.name):
            data = self._bytes()
            target = self.path.resolve()
            for path in {self.path, target}:
                self._check_free(path)
            if fingerprint(data) != former:
                raise ChangedError("changed since it was read; the next pass writes it")
            package = open_package(data)
            edited = edit(Editor(package))
            if not (edited.changed or edited.added):
                return former
            new = rezipped(package, edited.changed, edited.removed, edited.added)
            edited = edited.without_content()
            verify(package, new, edited, self._former(package, edited))
            replace_file(target, new, data, self._backups)
            return fingerprint(new)

    def _check_free(self, path: Path) -> None:
        for lock in check_free(path):
            if self._remark:
                self._remark(
                    Fault(
                        "{name}: the lock {file} is left over from a program that has crashed; delete it",
                        name=self.path.name,
                        file=lock.name,
                    )
                )

    def _remove_leftovers(self) -> None:
        """What a pass that was killed has left: the next one may have nothing to write."""
        with refusing(self.path.name):
            target = self.path.resolve()
            remove_leftovers(target.parent, target.name)
            if self._backups:
                remove_leftovers(self._backups.folder, target.name)

    def _bytes(self) -> bytes:
        return _bytes(self.path)

    def _former(self, package: Package, edited: Edited) -> dict[Sheet, Rows]:
        """The values before the edit, from the last reading when it was of these very bytes."""
        if self._last is not None and self._last.fingerprint == fingerprint(package.data):
            known = {tab.name: tab.rows for tab in self._last.tabs}
            return {sheet: known.get(sheet.name, ()) for sheet in edited.wanted}
        values = Values(package)
        found: dict[Sheet, Rows] = {}
        for sheet in edited.wanted:
            if sheet.part in edited.added:
                found[sheet] = ()
                continue
            check_extent(parse_worksheet(package.part(sheet.part)))
            found[sheet] = list(values.each_row(sheet))
        return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise RefusalError("does not exist; check the path in the settings") from error
    except IsADirectoryError as error:
        raise RefusalError("is a folder; name the workbook in it") from error
    except PermissionError as error:
        if path.is_dir():
            raise RefusalError("is a folder; name the workbook in it") from error
        raise BusyError(
            "cannot be opened now (permission denied, or locked); the next pass tries again"
        ) from error
    except OSError as error:
        raise RefusalError(
            "cannot be opened ({detail}); check the path", detail=error.strerror or error
        ) from error
