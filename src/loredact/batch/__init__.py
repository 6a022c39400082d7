"""Files and whole trees in bulk: `loredact mask PATH… --out DIR` and `loredact scan`."""
