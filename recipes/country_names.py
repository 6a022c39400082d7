"""Write the names of countries that loredact knows: those of the Unicode CLDR, as Babel has them, in sixteen languages.

    python recipes/country_names.py > src/loredact/values/countries.tsv

A line holds the ISO 3166-1 code, the English name, and the other names, with tabs between. Babel comes with the extra
`docs`. The CLDR is under the Unicode licence (SPDX Unicode-3.0).
"""

import sys

from babel import Locale

LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "no", "pl", "cs", "fi", "hu", "ro", "el"]
# What CLDR has under no territory of its own: parts of the United Kingdom, and short forms in use.
MORE = {
    "GB": ["UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"],
    "US": ["USA", "U.S.A.", "U.S.", "US", "United States of America", "America"],
    "NL": ["Holland", "The Netherlands"],
    "CZ": ["Czech Republic"],
    "TR": ["Turkey"],
    "AE": ["UAE"],
}


def main() -> None:
    """Print the table."""
    territories = {language: Locale(language).territories for language in LANGUAGES}
    for code, english in sorted(territories["en"].items()):
        # Numbers are continents; the others are no countries, or not of this world.
        if not code.isalpha() or code in {"EU", "EZ", "QO", "UN", "ZZ", "XA", "XB"}:
            continue
        names = [table[code] for table in territories.values() if code in table] + MORE.get(code, [])
        sys.stdout.write("\t".join([code, english, *dict.fromkeys(name for name in names if name != english)]) + "\n")


if __name__ == "__main__":
    main()
