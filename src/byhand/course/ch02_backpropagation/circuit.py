"""A circuit of three gates: where gradients are first met."""

from byhand.layers import circuit
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _triples(draw, n=4, m=3, grid=False, scale=1.0, first=0.0):
    """Draw triples in which y and z are never equal: there the gradient of the larger one is a set."""
    shape = (n, m) if grid else (n,)
    x, y, z = (draw.normal(*shape, scale=scale) for _ in range(3))
    return {"x": x, "y": y + 0.25 + first, "z": z}


EXERCISES = (
    exercise(
        circuit.scalar_circuit_backward,
        inputs=_triples,
        cases=[
            ordinary("six triples at once", n=6),
            odd("triples in a grid", n=4, m=3, grid=True),
            edge("a single triple", n=1),
            edge("y is always the larger", n=4, first=8.0),
            edge("z is always the larger", n=4, first=-8.0),
            extreme("large numbers", n=5, scale=1e4),
        ],
        forward=circuit.scalar_circuit_forward,
        given=True,
        hints=[
            "Draw the circuit and go through it from right to left, one gate at a time. At each gate ask: if this input moves a "
            "little, by how much does the output move?",
            "`out = total * larger`: for `total` the slope is `larger`, for `larger` it is `total`. Then `total` hands its "
            "gradient on to `x` and `y`, and `larger` hands its own to the larger of `y` and `z`. Which input gets two?",
            "`dtotal = dout * larger`, `dlarger = dout * total`; `dx = dtotal`, `dy = dtotal + dlarger * (y > z)`, "
            "`dz = dlarger * (y <= z)`.",
        ],
        misconceptions=[
            Misconception(
                "circuit-one-route-of-y",
                {"dy = dtotal + dlarger * (y > z)": "dy = dtotal"},
                "y goes through two gates, but only what comes back from the sum is counted.",
                "How many arrows leave `y` in the circuit?",
                "missing-term",
                "dy",
            ),
            Misconception(
                "circuit-route-overwritten",
                {"dy = dtotal + dlarger * (y > z)": "dy = dlarger * (y > z)"},
                "What comes back to y from the maximum replaces what came from the sum; the two add up.",
                "If `y` moves a little, which of the two gates does it move?",
                "missing-term",
                "dy",
            ),
            Misconception(
                "circuit-product-not-swapped",
                {"dtotal = dout * larger": "dtotal = dout * total", "dlarger = dout * total": "dlarger = dout * larger"},
                "Each factor's gradient is multiplied with that factor itself, not with the other one.",
                "In `7 * 3`, by how much does the product grow when the 7 grows by 1?",
                "wrong-formula",
                "dx",
            ),
            Misconception(
                "circuit-maximum-to-both",
                {"dlarger * (y > z)": "dlarger", "dlarger * (y <= z)": "dlarger"},
                "The maximum passes the gradient to both of its inputs; only the larger one moves it.",
                "What does max(5, 2) become when the 2 grows a little?",
                "wrong-mask",
                "dz",
            ),
            Misconception(
                "circuit-maximum-to-the-smaller",
                {"dlarger * (y > z)": "dlarger * (y <= z)", "dz = dlarger * (y <= z)": "dz = dlarger * (y > z)"},
                "The gradient of the maximum goes to the smaller of the two.",
                "Which of 5 and 2 moves max(5, 2)?",
                "wrong-mask",
                "dz",
            ),
            Misconception(
                "circuit-forgets-dout",
                {"dtotal = dout * larger": "dtotal = larger", "dlarger = dout * total": "dlarger = total"},
                "These are the slopes of out itself; what came from further on, dout, is not multiplied in.",
                "If the loss moves by 10 when `out` moves by 1, by how much does it move when `out` moves by 0.1?",
                "missing-term",
                "dx",
            ),
        ],
        minutes=10,
        after="gradient_check",
        equivalent={
            "dy = dtotal + dlarger * (y >= z)": "where y and z are equal either may take the gradient",
            "dz = dlarger * (y < z)": "where y and z are equal either may take the gradient",
        },
    ),
)
