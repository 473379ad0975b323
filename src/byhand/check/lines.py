"""Which lines of a learner's function decide a result, and which write into an argument: read off the text."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

_VIEWS = {"reshape", "transpose", "view", "ravel", "swapaxes", "squeeze", "moveaxis", "asarray", "atleast_2d", "expand_dims", "T"}
_SHALLOW = {"dict", "list", "tuple"}
_WRITES = {"append", "extend", "insert", "fill", "sort", "update", "setdefault", "pop", "clear", "resize", "put", "itemset"}
_BUILDS = {"append", "extend", "insert"}


def deciding(definition: ast.FunctionDef, position: int, keys: tuple[str, ...] = (), ran: Collection[int] = ()) -> int:
    """Return the line that last decides a result: where it, or the item of it with these keys, is assigned, or returned.

    Args:
        definition: the function.
        position: the place of the result in the return statement.
        keys: the way to an item of it: ("w1",) for what is `grads["w1"]`.
        ran: the lines that ran; others are not considered, unless there are none that did.
    """
    returns = [n for n in _own(definition) if isinstance(n, ast.Return) and n.value is not None]
    returns = [n for n in returns if _ran(n, ran)] or returns
    if not returns:
        return definition.lineno
    last = max(returns, key=lambda n: n.lineno)
    value = last.value
    assert value is not None
    if isinstance(value, ast.Tuple) and position < len(value.elts):
        value = value.elts[position]
    return _decided(definition, value, keys, ran, last.lineno, 0) or last.lineno


def sources(definition: ast.FunctionDef, position: int, keys: tuple[str, ...] = ()) -> tuple[str | None, set[str]]:
    """Return (the variable that holds a result, or the item of it, where there is one; all variables it is computed from)."""
    returns = [n for n in _own(definition) if isinstance(n, ast.Return) and n.value is not None]
    if not returns:
        return None, set()
    value = max(returns, key=lambda n: n.lineno).value
    assert value is not None
    if isinstance(value, ast.Tuple) and position < len(value.elts):
        value = value.elts[position]
    for key in keys:
        written = value
        if isinstance(value, ast.Name):
            displays = [s.value for s, t in _stores(definition, value.id) if isinstance(s, ast.Assign) and t is s.targets[0]]
            written = next((d for d in displays if _item(d, key) is not None), value)
        value = _item(written, key) or value
    name = value.id if isinstance(value, ast.Name) else None
    found: set[str] = set()
    waiting: list[ast.expr] = [value]
    while waiting:
        for read in {n.id for n in ast.walk(waiting.pop()) if isinstance(n, ast.Name)} - found:
            found.add(read)
            waiting += [s.value for s, _ in _stores(definition, read) if s.value is not None]
    return name, found


def assigned(definition: ast.FunctionDef, name: str, ran: Collection[int] = ()) -> int | None:
    """Return the last of the lines that ran which gives a variable of a function its value, or None."""
    return max((s.lineno for s, _ in _stores(definition, name) if _ran(s, ran)), default=None)


def _decided(definition, value: ast.expr, keys, ran, line: int, depth: int) -> int | None:
    """Return the line that decides an expression, or an item of it."""
    item = _item(value, keys[0]) if keys else None
    if item is not None and depth < 5:
        return _decided(definition, item, keys[1:], ran, item.lineno, depth + 1) or item.lineno
    if not isinstance(value, ast.Name):
        return value.lineno
    stores = [s for s in _stores(definition, value.id) if _ran(s[0], ran)] or list(_stores(definition, value.id))
    before = [s for s in stores if s[0].lineno < line] or stores
    found: list[int] = []
    for statement, target in before:
        if not keys:
            found.append(statement.lineno)
        elif isinstance(target, ast.Subscript):
            chain = _chain(target)
            if all(_matches(index, key) for index, key in zip(chain, keys, strict=False)):
                rest = keys[len(chain) :]
                inner = _item(statement.value, rest[0]) if rest and isinstance(statement, ast.Assign) and depth < 5 else None
                line_in = _decided(definition, inner, rest[1:], ran, inner.lineno, depth + 1) if inner is not None else None
                found.append(line_in or statement.lineno)
        elif isinstance(statement, ast.Assign) and depth < 5:
            inner = _item(statement.value, keys[0])
            if inner is not None:
                found.append(_decided(definition, inner, keys[1:], ran, inner.lineno, depth + 1) or inner.lineno)
    if not found and keys:
        found = [s.lineno for s, t in before if isinstance(t, ast.Subscript) or not isinstance(s, ast.Assign)]
        found = found or [s.lineno for s, _ in before if not isinstance(s, ast.Assign) or not _empty(s.value)]
    return max(found, default=None)


def _own(definition: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of functions inside it."""
    waiting: list[ast.AST] = list(definition.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _ran(node: ast.AST, ran: Collection[int]) -> bool:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    return not ran or any(line in ran for line in range(first, last + 1))


def _item(value: ast.expr, key: str) -> ast.expr | None:
    """Return the expression of one item of a dict or list that is written out, or None."""
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        return next((v for k, v in pairs if isinstance(k, ast.Constant) and str(k.value) == key), None)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
        return next((k.value for k in value.keywords if k.arg == key), None)
    if isinstance(value, ast.List | ast.Tuple) and key.isdigit() and int(key) < len(value.elts):
        return value.elts[int(key)]
    return None


def _empty(value: ast.expr) -> bool:
    """Return whether nothing is in what is written: {}, [], dict()."""
    if isinstance(value, ast.Tuple):
        return all(map(_empty, value.elts))
    called = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _SHALLOW
    return (
        not any((*getattr(value, "args", ()), *getattr(value, "keywords", ()))) if called else ast.unparse(value) in ("{}", "[]")
    )


def _chain(target: ast.expr) -> list[ast.expr]:
    """Return the indices of `a[b][c]`, b and c."""
    indices = []
    while isinstance(target, ast.Subscript | ast.Attribute):
        indices += [target.slice] if isinstance(target, ast.Subscript) else []
        target = target.value
    return indices[::-1]


def _matches(index: ast.expr, key: str) -> bool:
    """Return whether an index may be a key: a constant that is it, or a text made on the way that could be."""
    if isinstance(index, ast.Constant):
        return str(index.value) == key
    parts = index.values if isinstance(index, ast.JoinedStr) else [index]
    if isinstance(index, ast.BinOp):  # "w" + str(i), "w%d" % i
        parts = [index.left]
        if isinstance(index.left, ast.Constant) and isinstance(index.left.value, str):
            return _begins(key, index.left.value.partition("%")[0])
    first = parts[0]
    return not isinstance(first, ast.Constant) or _begins(key, str(first.value))


def _begins(key: str, stem: str) -> bool:
    """Return whether a key begins so: "b1" with "b", and not "beta1", of which the number is the only part made on the way."""
    return key.startswith(stem) and (not key[-1:].isdigit() or key.rstrip("0123456789") in (stem, stem.rstrip("0123456789")))


def _stores(
    definition: ast.FunctionDef, name: str
) -> Iterator[tuple[ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr, ast.expr]]:
    """Yield (statement, target) for everything that gives a variable, or an item of it, a value."""
    for node in _storing(definition):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in _flat(targets):
                if root(target) == name:
                    yield node, target
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
            if node.value.func.attr in _BUILDS and root(node.value.func.value) == name:
                yield node, node.value.func.value


@lru_cache(maxsize=64)
def _storing(definition: ast.FunctionDef) -> tuple[ast.AST, ...]:
    """Return the statements of a function that may give something a value; found once, and asked for again and again."""
    kinds = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr
    return tuple(node for node in ast.walk(definition) if isinstance(node, kinds))


def _flat(targets: Sequence[ast.expr]) -> Iterator[ast.expr]:
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _flat(target.elts)
        else:
            yield target.value if isinstance(target, ast.Starred) else target


def root(target: ast.AST) -> str | None:
    """Return the variable that an expression such as `a.b[c]` begins with."""
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def writing(definition: ast.FunctionDef, variable: str) -> int | None:
    """Return the first line that changes a parameter in place, under its own name or another that was given to it.

    `x[...] = `, `x += `, `x.sort()`, `np.add.at(x, ...)`; also after `y = x`, `y = x["v"]`, `y = x.T`, and into the items of
    a copy that shares them, `y = dict(x)`.
    """
    same, shared, found, later = {variable}, set(), [], []
    statements = [n for n in ast.walk(definition) if isinstance(n, ast.stmt) and n is not definition]
    for node in sorted(statements, key=lambda n: (n.lineno, n.col_offset)):
        if _writes(node, same, shared):
            found.append(node.lineno)
        elif _writes(node, {variable}, set()):  # after `x = x.copy()` it is no longer the caller's, unless that is in a branch
            later.append(node.lineno)
        for target, value in _bindings(node):
            if isinstance(target, ast.Name):
                kind = _kind(value, same, shared)
                same = same | {target.id} if kind == "same" else same - {target.id}
                shared = shared | {target.id} if kind == "shared" else shared - {target.id}
    return min(found or later, default=None)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield (target, value) of an assignment or a loop; the value of several targets is each one's."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple | ast.List):
                value = node.value
                each = value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else None
                for i, part in enumerate(target.elts):
                    yield part, each[i] if each else value
            else:
                yield target, node.value
    elif isinstance(node, ast.For):
        targets, values = [node.target], [node.iter]
        called = node.iter.func.id if isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name) else ""
        if called in ("zip", "enumerate") and isinstance(node.iter, ast.Call) and isinstance(node.target, ast.Tuple):
            targets, values = node.target.elts[called == "enumerate" :], node.iter.args
        for part, value in zip(targets, values, strict=False):
            for target in _flat([part]):
                yield target, value


def _kind(value: ast.expr, same: set[str], shared: set[str]) -> str:
    """Return "same" where an expression is part of a variable or a view of it, "shared" where a copy that shares its items."""
    if isinstance(value, ast.Name):
        return "same" if value.id in same else "shared" if value.id in shared else ""
    if isinstance(value, ast.Subscript | ast.Attribute):
        if isinstance(value, ast.Attribute) and value.attr not in _VIEWS:
            return ""
        return "same" if _kind(value.value, same, shared) else ""
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        holder = value.func.value if isinstance(value.func, ast.Attribute) else None
        inside = [holder, *value.args] if holder is not None else list(value.args)
        of = next((k for e in inside if (k := _kind(e, same, shared))), "")
        if called in _VIEWS or called in ("items", "values", "zip", "enumerate", "get"):
            return of
        return "shared" if of and called in _SHALLOW else ""
    if isinstance(value, ast.DictComp | ast.ListComp):
        kept = value.value if isinstance(value, ast.DictComp) else value.elt
        over = value.generators[0]
        held = {t.id for t in _flat([over.target]) if isinstance(t, ast.Name)} if _kind(over.iter, same, shared) else set()
        return "shared" if _kind(kept, same | held, shared) else ""
    if isinstance(value, ast.Dict):
        return "shared" if any(_kind(v, same, shared) for v in value.values) else ""
    return ""


def _writes(node: ast.stmt, same: set[str], shared: set[str]) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.Return):
        outs = [k.value for c in ast.walk(node) if isinstance(c, ast.Call) for k in c.keywords if k.arg == "out"]
        if any(root(out) in same for out in outs):
            return True
    if isinstance(node, ast.Delete):
        return any(isinstance(t, ast.Subscript) and root(t) in same for t in node.targets)
    if isinstance(node, ast.AugAssign):
        name = root(node.target)
        return name in same or (name in shared and isinstance(node.target, ast.Subscript))
    if isinstance(node, ast.Assign):
        for target in _flat(node.targets):
            if isinstance(target, ast.Subscript):
                name = root(target)
                if name in same or (name in shared and isinstance(target.value, ast.Subscript)):
                    return True
        return False
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        at = call.func.attr in ("at", "copyto", "put", "place", "putmask", "fill_diagonal") and call.args
        return (call.func.attr in _WRITES and root(call.func.value) in same) or (bool(at) and root(call.args[0]) in same)
    return False
