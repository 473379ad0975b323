"""Floor 3: whole networks and their losses."""
