"""The lab's pages and actions: every route in one table."""

from __future__ import annotations

import contextlib
import re
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import byhand
from byhand import course, graph, train, workspace
from byhand.course import rendering
from byhand.spec import Report

from . import notes, tasks, view, way
from .events import stream
from .runs import CannotStart
from .security import Guard
from .session import Lab

HERE = Path(__file__).parent

RUNG_NAMES = {
    "imports": "It loads",
    "signature": "Signature",
    "runs": "It runs",
    "type": "Types",
    "shape": "Shapes",
    "dtype": "Dtypes",
    "finite": "Finite",
    "values": "Values",
    "edge": "Edge cases",
    "purity": "Purity",
}

KINDS = {"vectorise": "a loop is given", "predict": "a prediction", "experiment": "an experiment"}
"""What an exercise's page says of those in which the function is not all."""


def create_app(lab: Lab) -> Starlette:
    """Return the web application of a lab."""
    pages = Pages(lab)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette):
        async with lab.running():
            yield
        lab.trainer.close()

    get, post = ["GET"], ["POST"]
    return Starlette(
        routes=[
            Route("/", pages.map, methods=get),
            Route("/events", pages.map_events, methods=get),
            Route("/exercises/{name}", pages.exercise, methods=get),
            Route("/exercises/{name}/result", pages.result, methods=get),
            Route("/exercises/{name}/report.json", pages.report, methods=get),
            Route("/exercises/{name}/events", pages.exercise_events, methods=get),
            Route("/exercises/{name}/deeper", pages.deeper, methods=post),
            Route("/exercises/{name}/hint", pages.hint, methods=post),
            Route("/exercises/{name}/skip", pages.skip, methods=post),
            Route("/exercises/{name}/reset", pages.reset, methods=post),
            Route("/exercises/{name}/run", pages.run_experiment, methods=post),
            Route("/runs", pages.runs, methods=get),
            Route("/runs", pages.start, methods=post),
            Route("/runs/{run}", pages.run, methods=get),
            Route("/runs/{run}/events", pages.run_events, methods=get),
            Route("/runs/{run}/pictures/{picture}", pages.picture, methods=get),
            Route("/runs/{run}/stop", pages.stop, methods=post),
            Route("/runs/{run}/resume", pages.resume, methods=post),
            Route("/graph.css", pages.graph_style, methods=get),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(Guard, token=lab.token)],
        exception_handlers={404: pages.not_found},
        lifespan=lifespan,
    )


class Pages:
    """Answers requests. All that a page shows comes from the workspace, the course, the reports and the runs."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters |= {
            "number": view.number,
            "duration": view.duration,
            "line": notes.line,
            "span": view.span,
            "sentence": view.sentence,
        }
        self.templates.globals |= {
            "token": lab.token,
            "version": byhand.__version__,
            "package": lab.workspace.package,
            "side_trips": course.side_trips(),
            "rung_names": RUNG_NAMES,
            "kinds": KINDS,
            "grids": view.grids,
            "quantities": view.quantities,
            "columns": train.columns,
            "cell": train.cell,
            "picture": _picture,
        }

    # -- the course

    async def map(self, request: Request) -> Response:
        """Show the course, what is done and what is next."""
        progress = self.lab.workspace.progress()
        core = course.core()
        following = self.lab.workspace.next()
        return self._page(
            "map.html",
            here="course",
            stages=way.stages(progress, following),
            progress=progress,
            next=following,
            firsts={name: _first_sentence(e.function) for name, e in course.exercises().items()},
            passed=sum(progress[e.name].state == "passed" for e in core),
            core=core,
        )

    async def map_events(self, request: Request) -> Response:
        """Say when progress changes."""
        return stream(self.lab.hub.listen("course"))

    # -- one exercise

    async def exercise(self, request: Request) -> Response:
        """Show an exercise: its notes, and how the learner's function fares."""
        name = request.path_params["name"]
        exercise = course.exercises().get(name)
        if exercise is None:
            return self._missing(f"There is no exercise called {name}.")
        chapter = course.chapter_of(name)
        report = await self.lab.check(name)
        progress = self.lab.workspace.progress()
        before, behind = way.neighbours(name)
        return self._page(
            "exercise.html",
            here="course",
            stage=way.stage_of(name, progress),
            before=before,
            behind=behind,
            chapter=chapter,
            opening=notes.opening(chapter.notes),
            statement=notes.statement(chapter.notes, name) or Markup("<p>{}</p>").format(_first_sentence(exercise.function)),
            derivation=notes.derivation(chapter.notes, name),
            stub=notes.code(rendering.stub(exercise)),
            progress=progress,
            **self._result(name, report),
        )

    async def result(self, request: Request) -> Response:
        """Show the part of an exercise's page that a save changes."""
        name = self._name(request)
        return self._page("_result.html", **self._result(name, await self.lab.check(name)))

    async def report(self, request: Request) -> Response:
        """Return the report itself."""
        report = await self.lab.check(self._name(request), wait=20)
        return JSONResponse(report.to_json() if report else None)

    async def exercise_events(self, request: Request) -> Response:
        """Push the result after every save, drawn by the same template as the page's."""
        name = self._name(request)

        async def events():
            async for event, data in self.lab.hub.listen(f"exercise/{name}"):
                if event == "result":
                    data |= {"html": self._html("_result.html", **self._result(name, self.lab.report(name)))}
                    data |= {"state": self.lab.workspace.state.progress(name).state}
                yield event, data

        return stream(events())

    async def deeper(self, request: Request) -> Response:
        """Open the finding one step deeper."""
        name = self._name(request)
        self.lab.workspace.open_depth(name)
        return self._page("_result.html", **self._result(name, await self.lab.check(name)))

    async def hint(self, request: Request) -> Response:
        """Open one hint more."""
        name = self._name(request)
        self.lab.workspace.open_hint(name)
        return self._page("_result.html", **self._result(name, await self.lab.check(name)))

    async def skip(self, request: Request) -> Response:
        """Skip an exercise and say where to go on."""
        name = self._name(request)
        self.lab.workspace.skip(name)
        self.lab.hub.publish("course", "progress", {"exercise": name, "state": "skipped"})
        following = way.next_side_trip(name, self.lab.workspace.progress()) or self.lab.workspace.next(after=name)
        return JSONResponse({"url": f"/exercises/{following.name}" if following else "/"})

    async def reset(self, request: Request) -> Response:
        """Put the stub back."""
        backup = self.lab.workspace.reset(self._name(request))
        where = backup.relative_to(self.lab.workspace.folder) if backup else None
        return JSONResponse({"message": f"The stub is back. Your file as it was: {where}" if where else "The stub is back."})

    async def run_experiment(self, request: Request) -> Response:
        """Start an experiment's run, with the settings in the learner's file, and say where its page is."""
        recipe = course.find(self._name(request)).recipe
        if not recipe:
            return JSONResponse({"error": "This exercise has no run to make."}, 400)
        return await self._started(recipe, mine=False, quick=False)

    async def graph_style(self, request: Request) -> Response:
        """Return the style of the graphs."""
        return Response(_graph_style(), media_type="text/css")

    # -- runs

    async def runs(self, request: Request) -> Response:
        """List the runs, and offer to start one."""
        records = [(name, self.lab.trainer.read(name)) for name in self.lab.trainer.names()]
        progress = self.lab.workspace.progress()
        usable = workspace.complete({name for name, p in progress.items() if p.state == "passed"})
        return self._page(
            "runs.html",
            here="runs",
            runs=records,
            recipes=train.RECIPES,
            usable=len(usable),
            wanted=request.query_params.get("recipe", ""),
        )

    async def start(self, request: Request) -> Response:
        """Start a run and say where its page is."""
        wish = await _json(request)
        recipe = wish.get("recipe")
        if recipe not in train.RECIPES:
            return JSONResponse({"error": f"There is no recipe called {recipe}."}, 400)
        return await self._started(recipe, mine=bool(wish.get("mine")), quick=bool(wish.get("quick")))

    async def run(self, request: Request) -> Response:
        """Show a run."""
        run = request.path_params["run"]
        try:
            record, pictures = self.lab.trainer.read(run), self.lab.trainer.pictures(run)
        except KeyError:
            return self._no_run(request)
        experiment = tasks.experiment_of(record["recipe"])
        return self._page("run.html", here="runs", name=run, run=record, pictures=pictures, experiment=experiment)

    async def run_events(self, request: Request) -> Response:
        """Push a run's metrics, weights and status."""
        run = request.path_params["run"]
        try:
            self.lab.trainer.path(run)
        except KeyError:
            return self._no_run(request)

        async def events():
            async for event in self.lab.trainer.follow(run):
                if self.lab.hub.closed:
                    return
                yield event

        return stream(events())

    async def picture(self, request: Request) -> Response:
        """Return one of a run's pictures."""
        run, picture = request.path_params["run"], request.path_params["picture"]
        try:
            if picture not in self.lab.trainer.pictures(run):
                raise KeyError(picture)
        except KeyError:
            return self._missing("There is no such picture.")
        return FileResponse(self.lab.trainer.path(run) / picture, headers={"cache-control": "no-cache"})

    async def stop(self, request: Request) -> Response:
        """Ask a run to stop."""
        try:
            self.lab.trainer.stop(request.path_params["run"])
        except KeyError:
            return self._no_run(request)
        return JSONResponse({})

    async def resume(self, request: Request) -> Response:
        """Let a run go on."""
        try:
            await self.lab.trainer.resume(request.path_params["run"])
        except KeyError:
            return self._no_run(request)
        except CannotStart as problem:
            return JSONResponse({"error": str(problem)}, 409)
        return JSONResponse({})

    # -- how

    async def _started(self, recipe: str, *, mine: bool, quick: bool) -> Response:
        if missing := train.missing_data(recipe, quick=quick):
            return JSONResponse({"error": missing}, 409)
        try:
            run = await self.lab.trainer.start(recipe, mine=mine, quick=quick)
        except CannotStart as problem:
            return JSONResponse({"error": str(problem)}, 409)
        return JSONResponse({"url": f"/runs/{run}"})

    def _no_run(self, request: Request) -> Response:
        return self._missing(f"There is no run called {request.path_params['run']}.")

    def _name(self, request: Request) -> str:
        name = request.path_params["name"]
        if name not in course.exercises():
            raise HTTPException(404, f"There is no exercise called {name}.")
        return name

    def _result(self, name: str, report: Report | None) -> dict[str, Any]:
        """Return what the result's template shows: the report, and how deep it is opened."""
        space, exercise = self.lab.workspace, course.find(name)
        located = space.locate(name)
        path, now = space.file(name), space.state.progress(name)
        depth = now.depth if report is None or report.verdict != "pass" else 3
        following = space.next(after=name)
        return {
            "exercise": exercise,
            "report": report,
            "now": now,
            "depth": depth,
            "place": f"{path.relative_to(space.folder)}:{located.start}" if located else str(path.relative_to(space.folder)),
            "next": following,
            "aside": way.next_side_trip(name, space.progress()),
            "question": tasks.question(exercise, report),
            "trial": tasks.trial(exercise, report, self.lab.trainer.all() if exercise.recipe else []),
            "source": _source_lines(path, report, depth),
        }

    def _html(self, template: str, **values: Any) -> str:
        return self.templates.get_template(template).render(**values)

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self._html(template, **values), status, headers={"cache-control": "no-store"})

    def _missing(self, why: str) -> Response:
        return self._page("missing.html", 404, here="", why=why)

    async def not_found(self, request: Request, problem: Exception) -> Response:
        """Say so in the lab's own words."""
        why = getattr(problem, "detail", "")
        return self._missing(why if why and why != "Not Found" else "There is no such page.")


async def _json(request: Request) -> dict[str, Any]:
    try:
        data = await request.json()
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _first_sentence(function) -> str:
    text = " ".join((function.__doc__ or "").strip().split("\n\n")[0].split())
    return text


def _picture(record: dict[str, Any], exercise: str) -> Markup:
    """Return a report's graph, drawn across for wide windows and downward for narrow ones.

    The drawing's style sheet goes to /graph.css, for the pages' policy allows no styles within them; names that come
    from the learner's file are escaped by the drawing.
    """
    drawings = []
    for name, downward in (("across", False), ("downward", True)):
        svg = graph.svg(record, title=f"The computation graph of {exercise}", downward=downward)
        width = re.search(r"max-width:(\d+)px", svg)
        svg = re.sub(r"<style>.*?</style>", "", svg, flags=re.DOTALL)
        svg = re.sub(r' style="[^"]*"', f' width="{width.group(1)}"' if width else "", svg, count=1)
        drawings.append(f'<div class="{name}">{svg}</div>')
    return Markup("".join(drawings))


@lru_cache(maxsize=1)
def _graph_style() -> str:
    style = re.search(r"<style>(.*?)</style>", graph.svg({"nodes": [], "edges": []}), flags=re.DOTALL)
    return style.group(1) if style else ""


def _source_lines(path: Path, report: Report | None, depth: int) -> list[tuple[int, Markup, bool]]:
    """Return the lines around the one that the finding shows at a depth, in the learner's own file.

    Each is (number, HTML, whether it is the one).
    """
    if report is None or not report.findings or Path(report.file).resolve() != path.resolve() or not path.exists():
        return []
    finding = report.findings[0]
    line, _ = report.opened(finding, depth)
    if line is None:
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    marked = {line, *finding.lines} if depth > 1 else {line}
    first, last = max(line - 2, 1), min(line + 2, len(lines))
    shown = textwrap.dedent("\n".join(lines[first - 1 : last])).split("\n")
    return [(n, notes.code(text), n in marked) for n, text in enumerate(shown, first)]
