"""The update rules, whose settings and moments are in one dict, config."""

from __future__ import annotations

from collections.abc import Sequence

from byhand.spec import Answer, Arguments, Call, Definition, Entry, Spelling


def _rule(name: str, settings: dict[str, str], moments: dict[str, str]) -> Entry:
    """Return a rule whose config has `settings` and `moments`, each ours -> theirs."""

    def calls(a: Arguments, d: Definition) -> list[Call]:
        config = {theirs: a[ours] for ours, theirs in settings.items() if ours in a}
        config |= {theirs: a["state"][ours] for ours, theirs in moments.items()}
        return [Call([a["w"], a["dw"], config])]

    def results(a: Arguments, answers: Sequence[Answer]):
        w, config = answers[0].value
        return w, {ours: config[theirs] for ours, theirs in moments.items()}

    names = {"state": "config"} | {ours: f"config['{theirs}']" for ours, theirs in settings.items()}
    return Entry(
        name,
        name,
        (Spelling(calls, results),),
        may_change=frozenset({"w"}),
        places={"state": "return[1]"},
        names=names,
        keys=moments,
    )


ENTRIES = (
    _rule("sgd", {"lr": "learning_rate"}, {}),
    _rule("sgd_momentum", {"lr": "learning_rate", "momentum": "momentum"}, {"v": "velocity"}),
    _rule("rmsprop", {"lr": "learning_rate", "decay_rate": "decay_rate", "eps": "epsilon"}, {"s": "cache"}),
    _rule(
        "adam",
        {"lr": "learning_rate", "beta1": "beta1", "beta2": "beta2", "eps": "epsilon"},
        {"m": "m", "v": "v", "t": "t"},
    ),
)
