"""What is known where a statement of a learner's function stands: which names there are, and what they held."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

MOST_SCALARS, MOST_ARRAYS, MOST_ITEMS = 8, 12, 4


@dataclass(frozen=True)
class Scope:
    """What is known where a statement stands."""

    definition: ast.FunctionDef
    shapes: Mapping[str, tuple[int, ...]]
    """The shapes of the function's arrays by name; () for numbers."""
    defaults: Mapping[str, object] = field(default_factory=dict)
    """What the parameters are by default, in the exercise."""
    position: int | None = None
    """Of what the exercise's function returns, which one is wrong."""

    @cached_property
    def own(self) -> list[str]:
        """The parameters."""
        return [a.arg for a in [*self.definition.args.args, *self.definition.args.kwonlyargs] if a.arg != "self"]

    @cached_property
    def variables(self) -> list[str]:
        """The variables: the parameters first, then those that are used nowhere, then the others, the latest first."""
        return [n for n in dict.fromkeys([*self.own, *self._late]) if n.isidentifier()]

    @cached_property
    def items(self) -> list[str]:
        """What is read from an object or a dict under a name."""
        return list(dict.fromkeys(ast.unparse(n) for n in _items(self.definition)))

    @cached_property
    def scalars(self) -> list[str]:
        """The numbers that can be put in somewhere."""
        named = [n for n in self.variables if self.shapes.get(n, ()) == ()]
        return named[:MOST_SCALARS] + [n for n in self.items if self._is_number(n)][:MOST_ITEMS]

    @cached_property
    def arrays(self) -> list[str]:
        """The arrays that can be put in somewhere."""
        named = [n for n in dict.fromkeys([*self._late, *self.own]) if n.isidentifier() and self.shapes.get(n, ()) != ()]
        return named[:MOST_ARRAYS] + [n for n in self.items if not self._is_number(n)][:MOST_ITEMS]

    @cached_property
    def counted(self) -> list[str]:
        """What loops give one value after the other."""
        targets = [n.target for n in ast.walk(self.definition) if isinstance(n, ast.For)]
        return list(dict.fromkeys(n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)))

    @cached_property
    def _late(self) -> list[str]:
        read = {n.id for n in ast.walk(self.definition) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        return sorted(reversed([*self.shapes]), key=lambda name: name in read)

    def _is_number(self, item: str) -> bool:
        return self.shapes.get(item) == ()


def _items(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what is read from an object or a dict under a name: `self.reg`, `params["W1"]`, `self.params["W" + str(i)]`."""
    read = isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load)
    if read and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        yield node
    elif read and isinstance(node, ast.Subscript) and any(_is_text(n) for n in ast.walk(node.slice)):
        yield node
    elif isinstance(node, ast.Call):
        for child in (*node.args, *(k.value for k in node.keywords)):
            yield from _items(child)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _items(child)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
