"""In the worker, for files from elsewhere: what they import and is not here is stood in for, and what NumPy removed is put back.

Loaded by `worker.py` where a file follows another course's conventions; imports only the standard library and NumPy. Nothing
from outside is imported before it is used: most functions of a file do without what stands at its top.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types


class StandIn:
    """Something of a module that is not loaded: it may be named, and taken from; only who calls it needs the real thing."""

    def __init__(self, finder, path):
        self.__dict__.update(finder=finder, path=path, top=path.partition(".")[0])

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(self.finder, f"{self.path}.{name}")

    def __call__(self, *args, **kwargs):
        """Call the real thing, if it is installed."""
        real = self.finder.real(self.path)
        if real is not None:
            return real(*args, **kwargs)
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]  # a decorator
        if self.finder.loading:
            return StandIn(self.finder, self.path)
        raise ImportError(f"{self.path} is needed here, and {self.top} is not installed")

    def __mro_entries__(self, bases):
        return ()  # a class made from it has the bases that are there

    def __instancecheck__(self, instance):
        return False

    def __setitem__(self, key, value):
        pass

    def __setattr__(self, name, value):
        pass


class _Module(types.ModuleType):
    """A module that is not loaded."""

    def __init__(self, name, finder):
        super().__init__(name)
        self.__path__ = []
        self.__all__ = []
        self._finder = finder

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(self._finder, f"{self.__name__}.{name}")


def _renamed():
    """Return the names that NumPy removed, and what they are called now."""
    import numpy as np

    def trapezoid(*args, **kwargs):
        return np.trapezoid(*args, **kwargs)

    def in1d(a, b, **kwargs):
        return np.isin(np.ravel(a), b, **kwargs)

    return {
        "float": float,
        "int": int,
        "bool": bool,
        "object": object,
        "str": str,
        "complex": complex,
        "long": int,
        "unicode": str,
        "float_": np.float64,
        "complex_": np.complex128,
        "product": np.prod,
        "cumproduct": np.cumprod,
        "alltrue": np.all,
        "sometrue": np.any,
        "row_stack": np.vstack,
        "in1d": in1d,
        "trapz": trapezoid,
        "round_": np.round,
        "Inf": np.inf,
        "Infinity": np.inf,
        "infty": np.inf,
        "NaN": np.nan,
        "NAN": np.nan,
        "asfarray": lambda a, dtype=float: np.asarray(a, dtype=dtype),
        "msort": lambda a: np.sort(a, axis=0),
    }


_PYTHON_2 = {"xrange": range, "basestring": str, "unicode": str, "long": int, "raw_input": input}


def _contents():
    """Return the modules that bridge Python 2 and 3, of which files of those years take a few names."""
    import builtins
    import pickle

    plain = dict(vars(builtins))
    return {
        "past": {},
        "past.builtins": {**plain, **_PYTHON_2},
        "past.utils": {"old_div": lambda a, b: a // b if isinstance(a, int) and isinstance(b, int) else a / b},
        "six": {"string_types": (str,), "iteritems": lambda d: iter(d.items())},
        "six.moves": {**_PYTHON_2, "cPickle": pickle, "range": range, "zip": zip, "map": map},
        "six.moves.cPickle": vars(pickle),
        "cPickle": vars(pickle),
        "future": {},
        "future.utils": {},
        "future.builtins": plain,
    }


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the learner's own modules by the names of their course, and stands in for what is not theirs."""

    def __init__(self):
        self.package, self.table, self.root, self.target = "", {}, "", ""
        self.missing, self.broken, self.removed = [], {}, []
        self.loading = False
        self._resolving = 0
        self._contents = _contents()
        self._repair_numpy()
        sys.meta_path.insert(0, self)

    def start(self, package, table, root, target):
        """Prepare for the import of a module: `table` says where each module of the package lies."""
        if (package, table, root) != (self.package, self.table, self.root):
            for name in [n for n in sys.modules if n == self.package or n.startswith(f"{self.package}.")]:
                del sys.modules[name]
        self.package, self.table, self.root, self.target = package, table, root, target
        if target in self.broken:
            sys.modules.pop(target, None)
        self.broken.pop(target, None)
        self.removed.clear()
        self.loading = True

    def notes(self):
        """Return what was stood in for so far."""
        return {
            "missing": sorted(set(self.missing)),
            "broken": sorted(f"{name}: {why}" for name, why in self.broken.items()),
            "removed": sorted(set(self.removed)),
        }

    # -- the import system's side

    def find_spec(self, name, path=None, target=None):
        """Say where a module comes from: the learner's files, a stand-in, or (None) the usual way."""
        top = name.partition(".")[0]
        if self._resolving or top in sys.stdlib_module_names or top in ("numpy", "byhand") or not self.table:
            return None
        if name in self._contents:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        if top == self.package:
            file = self.table.get(name) or self._by_stem(name)
            if file is not None:
                inside = [os.path.dirname(file)] if os.path.basename(file) == "__init__.py" else None
                loader = _Own(name, file, self)
                return importlib.util.spec_from_file_location(name, file, loader=loader, submodule_search_locations=inside)
            if name != self.package and not any(known.startswith(f"{name}.") for known in self.table):
                self.missing.append(name)
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        if importlib.machinery.PathFinder.find_spec(top, [self.root, *{os.path.dirname(f) for f in self.table.values()}]):
            return None  # a file of theirs beside it
        if self._found(top) is None:
            self.missing.append(top)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        """Make a stand-in."""
        contents = self._contents.get(spec.name)
        if contents is None:
            return _Module(spec.name, self)
        module = types.ModuleType(spec.name)
        module.__path__ = []
        vars(module).update({k: v for k, v in contents.items() if not k.startswith("__")})
        return module

    def exec_module(self, module):
        """Leave a stand-in as it was made."""

    def _by_stem(self, name):
        """Where the files lie flat in one folder, the one that has the module's last name."""
        if any(os.path.basename(f) == "__init__.py" for f in self.table.values()):
            return None
        last = name.rpartition(".")[2] + ".py"
        return next((file for file in self.table.values() if os.path.basename(file) == last), None)

    def _found(self, top):
        self._resolving += 1
        try:
            return importlib.machinery.PathFinder.find_spec(top)
        except (ImportError, ValueError):
            return None
        finally:
            self._resolving -= 1

    def real(self, path):
        """Return the real thing of that name, or None where it is not installed."""
        parts = path.split(".")
        if parts[0] == self.package or self._found(parts[0]) is None:
            return None
        for name in [n for n, m in sys.modules.items() if isinstance(m, _Module) and n.partition(".")[0] == parts[0]]:
            del sys.modules[name]
        self._resolving += 1
        try:
            for end in range(len(parts), 0, -1):
                try:
                    found = importlib.import_module(".".join(parts[:end]))
                except ImportError:
                    continue
                for name in parts[end:]:
                    found = getattr(found, name)
                return found
        finally:
            self._resolving -= 1
        return None

    # -- NumPy

    def _repair_numpy(self):
        import numpy as np

        names, before = _renamed(), np.__dict__.get("__getattr__")

        def removed(name):
            if name in names:
                self.removed.append(name)
                return names[name]
            if before is not None:
                return before(name)
            raise AttributeError(f"module 'numpy' has no attribute {name!r}")

        np.__getattr__ = removed  # asked only for what is not there: `bool` and `long` are NumPy 2's own types


class _Own(importlib.machinery.SourceFileLoader):
    """Runs a module of the learner's; one that fails is left half done, unless it is the one that was asked for."""

    def __init__(self, name, file, finder):
        super().__init__(name, file)
        self.finder = finder

    def exec_module(self, module):
        try:
            super().exec_module(module)
        except Exception as error:
            if module.__name__ == self.finder.target:
                raise
            line = getattr(error, "lineno", None)
            self.finder.broken[module.__name__] = f"{type(error).__name__}: {error}" + (f" (line {line})" if line else "")


FINDER = None


def start(package, table, root, target):
    """Stand in from now on for what the modules of `table` import; `target` is the one to be imported."""
    global FINDER
    if FINDER is None:
        FINDER = Finder()
    FINDER.start(package, table, root, target)


def loaded():
    """Say that the import is over: what is called from now on has to be there."""
    if FINDER is not None:
        FINDER.loading = False


def notes():
    """Return {missing, broken, removed}."""
    return FINDER.notes() if FINDER is not None else {"missing": [], "broken": [], "removed": []}
