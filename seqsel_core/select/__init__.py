"""Choose diverse sequences."""
