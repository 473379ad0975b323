"""Learning rates that change from step to step."""

from byhand.optim import schedules
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _falling(draw, *, step, steps, lr=0.5, **options):
    return {"step": step, "steps": steps, "lr": lr, **options}


EXERCISES = (
    exercise(
        schedules.cosine_schedule,
        inputs=_falling,
        cases=[
            ordinary("a quarter of the way", step=3, steps=12),
            odd("down to a rate above zero", step=4, steps=7, lr=2.0, final=0.125),
            edge("the first step", step=0, steps=9, final=0.25),
            edge("the last step", step=8, steps=9),
            edge("half of the way", step=5, steps=10, lr=0.75, final=0.25),
            edge("the end", step=6, steps=6, final=0.25),
            edge("beyond the plan", step=15, steps=10, final=0.125),
            edge("one step", step=0, steps=1),
            extreme("a million steps", step=999_999, steps=1_000_000, lr=1e-3, final=1e-5),
        ],
        hints=[
            "The cosine falls from 1 to -1 while its argument goes from 0 to pi. Which share of pi belongs to this step?",
            "`(1 + cos) / 2` falls from 1 to 0. Stretch it so that it falls from `lr` to `final`; and see to it that a step "
            "beyond the plan counts as the end.",
            "`done = np.pi * min(step, steps) / steps`; `rate = final + (lr - final) * (1 + np.cos(done)) / 2`.",
        ],
        misconceptions=[
            Misconception(
                "cosine-whole-wave",
                {"np.pi * min(step, steps)": "2 * np.pi * min(step, steps)"},
                "A whole wave: at the end the rate is `lr` again.",
                "Where should the argument of the cosine be at the last step?",
                "wrong-scale",
                "rate",
            ),
            Misconception(
                "cosine-quarter-wave",
                {"np.pi * min(step, steps)": "np.pi / 2 * min(step, steps)", "(1 + np.cos(done)) / 2": "np.cos(done)"},
                "A quarter of the wave: the rate falls to the right end, but ever faster, without slowing down before it.",
                "How fast does your rate fall in the middle, and how fast at the end?",
                "wrong-formula",
                "rate",
            ),
            Misconception(
                "cosine-counts-to-the-last",
                {"/ steps  # from": "/ max(1, steps - 1)  # from"},
                "The last step has reached the end; here the end is one step after it.",
                "At which number of `step` is the rate `final`?",
                "off-by-one",
                "rate",
            ),
            Misconception(
                "cosine-final-on-top",
                {"final + (lr - final) * (1 + np": "final + lr * (1 + np"},
                "`final` is added on top: the first rate is `lr + final`.",
                "What is the rate of step 0?",
                "extra-term",
                "rate",
            ),
            Misconception(
                "cosine-falls-to-zero",
                {"final + (lr - final) * (1 + np": "lr * (1 + np"},
                "The rate falls to zero, whatever `final` says.",
                "What is the rate at the end?",
                "missing-term",
                "rate",
            ),
            Misconception(
                "cosine-rises-again",
                {"min(step, steps)": "step"},
                "Beyond the plan the cosine turns, and the rate rises again.",
                "What does your function return for a step after the last?",
                "wrong-mask",
                "rate",
            ),
        ],
        minutes=6,
        after="sgd",
    ),
    exercise(
        schedules.warmup,
        inputs=_falling,
        cases=[
            ordinary("on the way up", step=2, steps=5),
            odd("another rate", step=3, steps=7, lr=2.0),
            edge("the first step", step=0, steps=4),
            edge("the last step of the way up", step=5, steps=6),
            edge("the step after", step=6, steps=6),
            edge("long after", step=40, steps=6),
            edge("one step", step=0, steps=1),
            edge("no warm-up, the first step", step=0, steps=0),
            edge("no warm-up, a later step", step=7, steps=0),
            extreme("a million steps", step=0, steps=1_000_000, lr=1e-3),
        ],
        hints=[
            "How many steps does the way up have? Which share of `lr` belongs to the first of them, and which to the last?",
            "Step 0 has `1 / steps` of it, and each step that much more. And what if the way up is behind us, or there is none?",
            "`lr * (step + 1) / steps` while `step < steps`; `lr` from then on.",
        ],
        misconceptions=[
            Misconception(
                "warmup-from-zero",
                {"lr * (step + 1) / steps if": "lr * step / steps if"},
                "The first step has the rate zero, and moves nothing.",
                "How far do the weights move in step 0?",
                "off-by-one",
                "rate",
            ),
            Misconception(
                "warmup-one-too-many",
                {"(step + 1) / steps if": "(step + 1) / (steps + 1) if"},
                "The last of the steps has not the whole of `lr` yet.",
                "Which share does step `steps - 1` have?",
                "off-by-one",
                "rate",
            ),
            Misconception(
                "warmup-never-ends",
                {"(step + 1) / steps if step < steps else lr": "(step + 1) / max(1, steps)"},
                "The rate goes on rising after the way up.",
                "What does your function return at step 1000, with `steps` 10?",
                "missing-term",
                "rate",
            ),
            Misconception(
                "warmup-share-alone",
                {"rate = lr * (step + 1) / steps if": "rate = (step + 1) / steps if"},
                "On the way up the share of the rate is returned, not the rate.",
                "Where is `lr` in your formula?",
                "missing-term",
                "rate",
            ),
            Misconception(
                "warmup-whole-shares",
                {"lr * (step + 1) / steps if": "lr * ((step + 1) // steps) if"},
                "The division is one of whole numbers: the share is 0 until it is 1.",
                "What is `3 // 5`?",
                "wrong-formula",
                "rate",
            ),
            Misconception(
                "warmup-one-step-longer",
                {"if step < steps": "if step < steps + 1"},
                "The way up is one step too long, and ends above `lr`.",
                "With `steps` 4, which are the steps on the way up, counted from 0?",
                "off-by-one",
                "rate",
            ),
        ],
        minutes=5,
        after="sgd",
    ),
)
