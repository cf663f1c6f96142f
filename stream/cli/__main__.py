"""`python -m stream.cli` is `rasid`, for where the scripts folder is not on PATH."""

from stream.cli.main import main

main(prog_name="rasid")
