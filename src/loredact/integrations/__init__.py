"""loredact within other programs: each module here is one plug-in, and needs that program alone."""
