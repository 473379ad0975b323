"""Why the code is wrong: a ladder of explanations, each with its evidence. Nothing here knows a particular layer."""
