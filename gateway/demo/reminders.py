"""Reminders that leave by themselves each morning: their hour is brought forward, their mails are counted.

Digests are counted among them: one mail for all somebody has to do.
"""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .mailbox import Mailbox
from .waiting import patiently

#: What remind people, by the name of the job.
CHANGES, BILANS = "programming:remind_changes", "programming:remind_bilans"
DIGESTS = "programming:call_reminders"
JOBS = (CHANGES, BILANS, DIGESTS)
#: The words the subject of a digest begins with, urgent or not.
DIGEST = "À faire"
SUBJECTS = ("Compléments attendus", "Compléments en retard", "Bilan à déposer", "Bilan en retard", DIGEST)


def reminders_among(subjects: Iterable[str]) -> int:
    """How many mails are reminders, by their subjects."""
    return sum(subject.startswith(SUBJECTS) for subject in subjects)


class NoReminder(RuntimeError):
    """What `canevas run-now` answered."""


@dataclass
class Mornings:
    """The platform that is played: nobody waits for its mornings."""

    data_dir: Path
    environment: Mapping[str, str]
    mailbox: Mailbox

    async def come(self, job: str) -> None:
        """The hour of that job has come, whatever the machine's clock says. Like the first administrator, it is no HTTP act."""
        before = self.count()
        command = [sys.executable, "-m", "gateway.cli", "run-now", job, "--data-dir", str(self.data_dir)]
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=dict(self.environment),
        )
        try:
            _, said = await process.communicate()
        finally:
            if process.returncode is None:  # we are interrupted
                process.terminate()
                await process.wait()
        if process.returncode:
            raise NoReminder(f"{job} n’a pas pu être lancé : {said.decode(errors='replace').strip()}")

        async def came() -> bool:
            return self.count() > before

        # The clock may only go on once the mails bear its day; nobody to remind is not a fault here.
        await patiently(came, seconds=20)

    def count(self) -> int:
        return reminders_among(self.mailbox.subjects())
