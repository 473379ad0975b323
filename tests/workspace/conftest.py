import pytest

from byhand import course
from byhand.course import rendering
from byhand.workspace import create, files, source


@pytest.fixture
def space(tmp_path):
    """A fresh workspace."""
    return create(tmp_path / "ws")


@pytest.fixture
def solve():
    """Write the solutions of some exercises (by default all that make a library) into a workspace."""

    def solve(space, *names):
        for name in names or course.functions():
            path = space.file(name)
            text = files.read(path)
            solution = rendering.solution(course.find(name))
            located = source.locate(text, name)
            assert located is not None
            files.write(path, source.replace(text, located, solution))

    return solve
