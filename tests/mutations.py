"""Small faults for a module's source: a comparison that is off by one, an ``and`` for an ``or``, a mask turned round.

Left alone are docstrings, type annotations and the citations of rules, which say nothing to a computer.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_JOINED: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
_PAIRS = (
    ("gt", "ge"),
    ("lt", "le"),
    ("eq", "ne"),
    ("any", "all"),
    ("isna", "notna"),
    ("min", "max"),
    ("startswith", "endswith"),
    ("starts_with", "has_any"),
    ("match", "search"),
    ("first", "last"),
    ("cummax", "cummin"),
)
_CALLED = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])} | {"fullmatch": "search"}
_LEFT_OUT = frozenset(
    {"strip", "lstrip", "rstrip", "casefold", "lower", "upper", "replace", "removeprefix", "removesuffix"}
    | {"normalize", "fillna", "mask", "where", "dropna", "drop_duplicates", "sort_values"}
)
"""Methods that give back what they are called on, or nearly: a mutant does without them."""


@dataclass(frozen=True)
class Mutant:
    """One fault: the line where it stands, the outermost function or constant that holds it, what is changed,
    whether that is but a text, and the module's code with it."""

    line: int
    place: str
    what: str
    text: bool
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.line}: {self.what}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its statements."""
    for statement, found in enumerate(ast.parse(source).body):
        if not _is_silent_child(found):
            yield from _of_statement(source, statement)


def _of_statement(source: str, statement: int) -> Iterator[Mutant]:
    count = len(list(_sites(ast.parse(source).body[statement])))
    for site in range(count):
        for fault in range(4):
            tree = ast.parse(source)
            node, parent, field, place = list(_sites(tree.body[statement]))[site]
            faults = list(_faults(node))
            if fault >= len(faults):
                break
            before = ast.unparse(node)
            changed = faults[fault]
            after = "" if changed is None else ast.unparse(changed)
            _put(parent, field, place, changed or ast.Pass())
            text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            what = f"{before}  ->  {after}"
            yield Mutant(
                node.lineno, defined(tree.body[statement]), what, text, ast.fix_missing_locations(tree)
            )


def defined(statement: ast.stmt) -> str:
    """The name that a statement of a module defines; '' for any other statement."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


_Site = tuple[ast.expr | ast.stmt, ast.AST, str, int | None]
"""A node, what holds it, in which field, and where in that field's list."""


def _sites(statement: ast.stmt) -> Iterator[_Site]:
    """The nodes of a statement that may be changed, and where each hangs."""
    waiting: list[ast.AST] = [statement]
    if isinstance(statement, ast.AugAssign):  # hangs in the module itself
        return
    while waiting:
        parent = waiting.pop()
        for field, value in ast.iter_fields(parent):
            if _is_silent(parent, field):
                continue
            listed = isinstance(value, list)
            for place, child in enumerate(value if listed else [value]):
                if not isinstance(child, ast.AST) or _is_silent_child(child):
                    continue
                if isinstance(child, ast.expr | ast.stmt):
                    yield child, parent, field, place if listed else None
                waiting.append(child)


def _is_silent(parent: ast.AST, field: str) -> bool:
    if field in {"annotation", "returns", "ctx", "type_comment"}:
        return True
    return isinstance(parent, ast.keyword) and parent.arg == "cites"


def _is_silent_child(child: ast.AST) -> bool:
    return isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)  # a docstring


def _put(parent: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def _faults(node: ast.expr | ast.stmt) -> Iterator[ast.expr | ast.stmt | None]:
    """What may stand instead of a node; None where the statement may be left out."""
    match node:
        case ast.Constant(value=value):
            yield from _other_constants(value)
        case ast.Compare(ops=[one]):
            yield ast.Compare(node.left, [_COMPARED[type(one)]()], node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.BinOp() if type(node.op) in _JOINED:
            yield ast.BinOp(node.left, _JOINED[type(node.op)](), node.right)
        case ast.UnaryOp():
            yield node.operand
        case ast.Call():
            yield from _other_calls(node)
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.stmt():
            yield from _other_statements(node)


def _other_calls(node: ast.Call) -> Iterator[ast.expr]:
    match node.func:
        case ast.Attribute(value=value, attr=name):
            if name in _CALLED:
                yield ast.Call(ast.Attribute(value, _CALLED[name], ast.Load()), node.args, node.keywords)
            if name in _LEFT_OUT:
                yield value
        case ast.Name(id=name) if name in _CALLED:
            yield ast.Call(ast.Name(_CALLED[name], ast.Load()), node.args, node.keywords)


def _other_statements(node: ast.stmt) -> Iterator[ast.stmt | None]:
    match node:
        case ast.If():
            yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.AugAssign() | ast.Expr():
            yield None
        case ast.Continue():
            yield ast.Break()


def _other_constants(value: object) -> Iterator[ast.expr]:
    match value:
        case bool():
            yield ast.Constant(not value)
        case int() | float():
            yield ast.Constant(value + 1)
        case str():
            yield ast.Constant(f"XX{value}")
