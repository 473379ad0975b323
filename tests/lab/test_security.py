"""Who may ask the lab for what."""

import pytest

HOSTILE = "<script>alert(1)</script>"


def test_pages_carry_a_policy_that_lets_nothing_in_from_outside(still):
    for path in ("/", "/runs", "/exercises/affine_forward", "/static/style.css", "/nowhere"):
        _, headers, _ = still.get(path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'self';") and "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil:{port}"])
def test_a_foreign_host_is_refused(still, host):
    status, headers, text = still.ask("GET", "/", host=host.format(port=still.port))
    assert status == 403 and "answers to" in text
    assert headers["content-type"].startswith("text/plain")


def test_both_names_of_this_machine_are_known(still):
    assert still.ask("GET", "/", host=f"localhost:{still.port}")[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1"])
def test_a_foreign_origin_is_refused_even_with_the_token(still, origin):
    status, _, _ = still.ask(
        "POST", "/exercises/affine_forward/hint", origin=origin.format(port=still.port), x_byhand_token=still.lab.token
    )
    assert status == 403
    assert still.space.state.progress("affine_forward").hints_opened == 0


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
@pytest.mark.parametrize(
    "path",
    [
        "/runs",
        "/runs/x/stop",
        "/runs/x/resume",
        *(f"/exercises/overfit_fifty/{a}" for a in ("skip", "reset", "hint", "deeper", "run")),
    ],
)
def test_no_action_without_the_token(still, path, token):
    headers = {} if token is None else {"x_byhand_token": token.encode()}
    before = still.space.state.all()
    status, _, text = still.ask("POST", path, **headers)
    assert status == 403 and "token" in text
    assert still.space.state.all() == before


def test_the_token_of_the_page_opens_the_action(still):
    _, _, page = still.get("/")
    assert f'content="{still.lab.token}"' in page
    assert still.ask("POST", "/exercises/affine_forward/hint", x_byhand_token=still.lab.token, origin=still.url)[0] == 200


def test_actions_are_no_links(still):
    for path in ("/exercises/affine_forward/skip", "/exercises/affine_forward/reset", "/runs/x/stop"):
        assert still.get(path)[0] in (404, 405)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/runs/..",
        "/runs/%2e%2e",
        "/runs/..%2f.byhand",
        "/runs/.hidden/events",
        "/runs/a/pictures/..%2f..%2frun.json",
        "/exercises/..%2f..%2fetc",
        "/exercises/nothing/events",
        "/exercises/nothing/report.json",
        "/exercises/%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_paths_that_lead_out_lead_nowhere(still, path):
    (still.space.runs / ".hidden").mkdir(exist_ok=True)
    (still.space.runs / ".hidden" / "run.json").write_text("{}")
    status, _, text = still.get(path)
    assert status == 404
    assert "<script>alert" not in text and "def create_app" not in text


def test_a_link_out_of_the_runs_folder_is_no_run(still, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "run.json").write_text("{}")
    (still.space.runs / "inside").symlink_to(tmp_path / "outside")
    assert still.get("/runs/inside")[0] == 404


def test_the_learners_text_is_shown_as_text(still):
    path = still.space.file("relu_forward")
    still.write("relu_forward")
    text = path.read_text().replace("def relu_forward(x):", f"print({HOSTILE!r})\n\n\ndef relu_forward(x):")
    marker = f"    raise ValueError({HOSTILE!r})  # {HOSTILE}\n"
    head, tail = text.split("def relu_forward(x):", 1)
    body = tail.index('"""\n', tail.index('"""') + 3) + 4
    path.write_text(head + "def relu_forward(x):" + tail[:body] + marker + tail[body:])
    for depth in (1, 2, 3):
        page = still.verdict("relu_forward")
        assert HOSTILE not in page and "&lt;script&gt;" in page, depth
        still.post("/exercises/relu_forward/deeper")


def test_websockets_are_not_spoken(still):
    status, _, _ = still.ask("GET", "/events2", upgrade="websocket", connection="Upgrade")
    assert status == 404
