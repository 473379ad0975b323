"""The documents agree with the code: the README's example runs, every dependency has its reason, the floors are as enforced."""

import re
import tomllib
from pathlib import Path

from byhand.cli.app import COMMANDS

from .test_architecture import FLOOR, PACKAGE

ROOT = Path(__file__).parent.parent


def _read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_readmes_example_runs(capsys):
    blocks = re.findall(r"^```python\n(.*?)^```", _read("README.md"), re.DOTALL | re.MULTILINE)
    example = next(block for block in blocks if block.startswith("import"))
    exec(compile(example, "README.md", "exec"), {})
    error, found, *picture = capsys.readouterr().out.splitlines()
    assert float(error) < 1e-14
    assert found == "x -> mu -> xc 0"
    assert any("mu" in line for line in picture)


def test_the_readmes_faulty_function_is_told_as_it_says(tmp_path):
    from byhand import course
    from byhand.check import check

    blocks = re.findall(r"^```python\n(.*?)^```", _read("README.md"), re.DOTALL | re.MULTILINE)
    faulty = next(block for block in blocks if block.startswith("def"))
    file = tmp_path / "normalization.py"
    file.write_text("import numpy as np\n\n\n" + faulty)
    report = check(course.find("batchnorm_backward"), file)
    assert report.summary in " ".join(_read("README.md").split())
    assert report.findings[0].detail.split(".")[0] in " ".join(_read("README.md").split())


def test_the_commands_of_the_readme_exist():
    told = set(re.findall(r"`byhand ([a-z]+)", _read("README.md"))) | set(
        re.findall(r"^    byhand ([a-z]+)", _read("README.md"), re.M)
    )
    assert told and told <= set(COMMANDS)
    targets = set(re.findall(r"^([a-z-]+):", _read("Makefile"), re.MULTILINE))
    asked = set(re.findall(r"make ([a-z-]+)", _read("README.md") + _read("CONTRIBUTING.md"))) - {"sure"}
    assert asked <= targets, asked - targets


def test_every_dependency_has_its_reason():
    project = tomllib.loads(_read("pyproject.toml"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    names = {re.match(r"[A-Za-z0-9-]+", requirement).group().lower() for requirement in wanted} - {"byhand"}  # pyright: ignore[reportOptionalMemberAccess]
    table = _read("docs/ARCHITECTURE.md").split("## Dependencies, and why")[1]
    told = {
        name
        for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
        for name in re.split(r",\s*|\s*\(.*?\)", row.strip())
        if name
    }
    assert names <= told, f"without a reason: {sorted(names - told)}"


def test_the_floors_are_as_enforced():
    rows = re.findall(r"^\| (\d) \| `(\w+)` \|", _read("docs/ARCHITECTURE.md"), re.MULTILINE)
    assert {name: int(floor) for floor, name in rows} == {
        name: floor for name, floor in FLOOR.items() if (PACKAGE / name).exists()
    }
