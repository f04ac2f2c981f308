"""Keep what was computed: shards, catalogue, datapools."""
