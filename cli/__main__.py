"""``python -m cli`` is ``audit``."""

from cli.main import main

main()
