import pytest

from byhand import train

SMALL = {"hidden": "12,9", "batch_size": "50", "keep": "0.8", "epochs": "3", "lr": "1e-2"}


@pytest.fixture
def small_run(tmp_path):
    """Run mlp-digits with a network small enough to take a moment; pictures are left out."""

    def go(engine="numpy", *, overrides=None, folder="runs", **options):
        return train.run(
            "mlp-digits", engine=engine, overrides={**SMALL, **(overrides or {})}, folder=tmp_path / folder, **options
        )

    return go


@pytest.fixture(autouse=True)
def no_pictures(request, monkeypatch):
    if "pictures" not in request.keywords and "pictures" not in request.node.name:
        monkeypatch.setattr(train.pictures, "draw", lambda *arguments: None)
