"""``python -m sync`` is ``closeloop``."""

from sync.cli import main

main()
