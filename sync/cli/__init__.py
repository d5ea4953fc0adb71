"""The command line: reads arguments and hands them to ``sync/commands``. Heavy imports wait until a command runs.

Help lists the commands in the order in which these modules are imported.
"""

from sync.cli import beginning, passes, asking, meetings, keeping  # noqa: I001
from sync.cli.application import app
from sync.cli.entry import main

__all__ = ["app", "asking", "beginning", "keeping", "main", "meetings", "passes"]
