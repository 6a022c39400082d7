"""Files and whole trees in bulk: `loredact mask PATH… --out DIR` and `loredact scan`."""

from loredact.batch.run import Outcome, Report, mask_files
from loredact.batch.work import Work

__all__ = ["Outcome", "Report", "Work", "mask_files"]
