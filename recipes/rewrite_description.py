"""Write the `loredact.json` of adapters anew, in the format of this version; nothing that it says changes.

    python recipes/rewrite_description.py ADAPTER...

ADAPTER is a folder, or the name of an adapter that ships. Older formats are read as they are; this is for those who
want to see the four parts, or to edit them.
"""

import argparse

from loredact.adapters import find_adapter
from loredact.adapters.description import FILE, FORMAT, decoder_of, write_description
from loredact.cli.console import say
from loredact.generator.description import read_description as read_writer
from loredact.tagger import read_description


def main() -> None:
    """Rewrite."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapters", nargs="+", metavar="ADAPTER")
    for adapter in parser.parse_args().adapters:
        folder = find_adapter(adapter, say)
        read = read_writer if decoder_of(folder) == "generate" else read_description
        write_description(folder, read(folder))
        say(f"{folder / FILE} has format {FORMAT}")


if __name__ == "__main__":
    main()
