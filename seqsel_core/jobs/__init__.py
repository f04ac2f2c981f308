"""Work that outlives a page: queue and worker."""
