"""Turn pictures into embeddings."""
