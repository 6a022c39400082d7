"""All that the studio's routes share."""

from dataclasses import dataclass
from pathlib import Path

from loredact.studio.access import Access
from loredact.studio.database import Database
from loredact.studio.jobs import Jobs
from loredact.studio.points import Points
from loredact.studio.runs import Runs
from loredact.studio.suggest import Suggester


@dataclass(frozen=True, slots=True)
class Studio:
    """A folder, what runs on it, and who may talk to it."""

    database: Database
    suggester: Suggester
    points: Points
    runs: Runs
    jobs: Jobs
    access: Access

    @classmethod
    def open(cls, folder: Path, access: Access) -> "Studio":
        """The studio of `folder`, with its runs taken up."""
        database = Database(folder)
        suggester = Suggester(database)
        studio = cls(database, suggester, Points(database, suggester), Runs(database), Jobs(), access)
        studio.runs.start()
        return studio

    def close(self) -> None:
        """Stop what runs, which goes on when the studio is opened again."""
        self.jobs.close()
        self.runs.close()
        self.database.close()
