"""How good a selection is."""
