"""Draw high-dimensional data in two dimensions."""
