"""Look-alikes with many forms: sums, forms, parts, releases and other numbers that point to nobody, and names of things
that sound like people's.

Each `..._number` function gives one value; the word lists are joined by `|`, as those of `values.py`.
"""

from random import Random

from loredact.synthetic import numbers

_SUMS = (
    "{c},{d}", "{p},{d} €", "€ {p},{d}", "CHF {a}.{d}", "CHF {a}.–", "CHF {a}.--", "Fr. {a}.{d}", "${c}.{d}", "US$ {c}", "{c}.{d}",
    "EUR {p},{d}", "{p},– €", "{p},-", "£{c}.{d}", "{s},{d} €", "¥{c}", "{c} JPY", "₹{c}.{d}", "{k}k €", "${k}k", "${k}.{t}M", "{k},{t} Mio. €",
    "-{c}.{d}", "({c}.{d})", "+{p},{d}", "{n}.{d}", "{n},{d}", "USD {c}.{d}", "{s} PLN", "A${c}", "{t}.{d} bn",
)  # fmt: skip


def sum_of_money(random: Random) -> str:
    """A sum in one of the world's notations, whatever the text's language: `3.725,16 €`, `CHF 1'250.–`, `$12k`."""
    whole = random.choice((random.randint(1, 999), random.randint(1000, 99_999), random.randint(100_000, 9_000_000)))
    comma = f"{whole:,}"
    return random.choice(_SUMS).format(
        c=comma, p=comma.replace(",", "."), a=comma.replace(",", random.choice("'’")), s=comma.replace(",", random.choice((" ", "\u00a0"))),
        n=whole, d=f"{random.randint(0, 99):02d}", k=random.randint(1, 900), t=random.randint(1, 9),
    )  # fmt: skip


_FORMS = (
    "####-####", "W-#", "W-#?", "####-?", "SF-###", "?#-##", "###/?", "?? ####", "####", "##/?", "#/##", "OMB ####-00##", "OMB No. 1545-####", "I-###",
    "?-###", "?#", "E###", "P##", "N-###", "DS-##", "##-??-#", "###.#", "S #####", "KV##", "??#?", "T####", "SA###", "Cerfa n° #####*0#", "Mod. ##", "PIT-##",
)  # fmt: skip


def form_number(random: Random) -> str:
    """The number of a printed form."""
    return numbers.fill(random.choice(_FORMS), random)


_PARTS = (
    "??-####", "###-###", "?##-###-?", "#######", "SKU-#####", "#### ###", "##.####.#", "### ### ## ##", "?? ## ###", "#?# ### ###", "??####-##?", "P/N ######",
    "####.###-##", "?#?-######", "###-####-##", "######-??", "A #### ## ##", "?##.###", "M# x ##", "DIN ###-#", "0 ### ### ###", "?? ### ??",
)  # fmt: skip


def part_number(random: Random) -> str:
    """The number of a part, as catalogues and workshops write it."""
    return numbers.fill(random.choice(_PARTS), random)


def guid(random: Random) -> str:
    """A GUID, at times in capitals, in braces or without its hyphens."""
    digits = "".join(random.choice("0123456789abcdef") for _ in range(32))
    hyphened = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return random.choice(
        (hyphened, hyphened, hyphened.upper(), f"{{{hyphened.upper()}}}", digits, f"urn:uuid:{hyphened}")
    )


def milliseconds(random: Random) -> str:
    """A moment as computers count it: seconds, milli- or microseconds since 1970, or a clock down to the millisecond."""
    seconds = random.randint(1_400_000_000, 1_840_000_000)
    clock = f"{random.randint(0, 23):02d}:{random.randint(0, 59):02d}:{random.randint(0, 59):02d}"
    part = f"{random.randint(0, 999):03d}"
    return random.choice(
        (f"{seconds}", f"{seconds}{part}", f"{seconds}.{part}", f"{seconds}{part}000", f"{clock}.{part}", f"{clock},{part}", f"{part} ms")
    )  # fmt: skip


_BUILDS = (
    "build ####", "Build #####.####", "r#####", "#.#.#-SNAPSHOT", "#.##.#+build.###", "KB#######", "##H#", "#.#.####.#", "20.04.#", "SP#", "CVE-202#-#####", "rev. ?",
    "v#.##.#", "#.#.#-alpha.#", "##.#.#.###", "ESR ###.#", "ver. #.#?", "firmware #.##", "API level ##", "es202#", "C++##", "Python 3.##", "Java ##",
)  # fmt: skip


def build_number(random: Random) -> str:
    """A release, a patch or a build of some program."""
    return numbers.fill(random.choice(_BUILDS), random)


_STANDARDS = (
    "ISO #####", "ISO 9001:20##", "ISO/IEC 27001", "ISO #### : 20##", "DIN EN 1090-#", "DIN ####", "DIN EN ISO ####", "EN ###", "RFC ####", "IEC 6####-#-#",
    "IEEE 802.##", "ASTM ?###", "VDE 0###", "ANSI ?#.#", "NF C ##-###", "UNE ###", "PN-EN ####", "IP6#", "BS ####", "VDI ####", "UL ####", "IAS ##", "IFRS ##",
    "SAE J####", "MIL-STD-###",
)  # fmt: skip


def standard_number(random: Random) -> str:
    """The number of a standard."""
    return numbers.fill(random.choice(_STANDARDS), random)


_CODES = (
    "?##.#",
    "?##.#",
    "?##",
    "?##.##",
    "#####",
    "9####",
    "ICD-10: ?##.#",
    "CPT #####",
    "OPS 5-###.#",
    "DRG ?##?",
    "ATC ?##??##",
    "LOINC ####-#",
    "GOÄ ####",
    "EBM #####",
)


def medical_code(random: Random) -> str:
    """A code of a diagnosis, a procedure or a fee."""
    return numbers.fill(random.choice(_CODES), random)


_SERIALS = (
    "SN######",
    "S/N ??#######",
    "?#??####??##",
    "##?######",
    "C0#??###????",
    "####-####-####",
    "??-##-####-###",
    "No. ######",
    "LOT ######",
    "Ch.-B. ?####?",
    "#?####",
    "EXP-####",
)


def serial_number(random: Random) -> str:
    """A serial or batch number of a thing that nobody is known by."""
    return numbers.fill(random.choice(_SERIALS), random)


_PURCHASES = (
    "PO ######", "PO-#####", "PO#######", "P.O. ####", "45########", "B-20##-####", "BE####/##", "#####/20##", "4###-######", "CMD-####", "OC ####", "ZAM/##/20##",
    "?##-####", "BON ####", "LS ######", "RMA-#####", "QU-####", "AB ####-##", "Nr. ####/2#", "RFQ ##-####",
)  # fmt: skip


def purchase_number(random: Random) -> str:
    """The number of a purchase order, an offer or a delivery note, as firms write them."""
    return numbers.fill(random.choice(_PURCHASES), random)


_COMPANY_TAX = {
    "cs": ("CZ########", "IČO ########"), "da": ("DK########", "## ## ## ##"), "de": ("DE#########", "ATU########", "CHE-###.###.### MWST"),
    "el": ("EL#########", "#########"), "en": ("GB### #### ##", "GB#########", "IE#######??", "ABN ## ### ### ###"), "es": ("B########", "A-########", "ESB########"),
    "fi": ("FI########", "#######-#"), "fr": ("FR## ### ### ###", "### ### ### #####", "### ### ###"), "hu": ("HU########", "########-#-##"),
    "it": ("IT###########", "###########"), "nl": ("NL#########B##", "########"), "no": ("NO ### ### ### MVA", "### ### ###"), "pl": ("PL##########", "###-###-##-##"),
    "pt": ("PT5########", "##.###.###/0001-##"), "ro": ("RO########", "J##/####/20##"), "sv": ("SE##########01", "55####-####"),
}  # fmt: skip


def company_tax_number(language: str, random: Random) -> str:
    """A company's number for value added tax or in its register, as its country or another writes it, of random digits."""
    of_country = _COMPANY_TAX[language if random.random() < 0.75 else random.choice(list(_COMPANY_TAX))]
    return numbers.fill(random.choice(of_country), random)


SOFTWARE = (
    "Jenkins|Grafana|Cassandra|Alexa|Siri|Bixby|Cortana|Hudson|Ada|Pascal|Julia|Ruby|Watson|Claude|Jasmine|Django|Flask|Maven|Apollo|Athena|Hermes|Delphi|Eiffel|Elixir|Haskell|Crystal|"
    "Erlang|Gemini|Bard|Einstein|Clippy|Mercurial|Sentry|Vagrant|Ansible|Nagios|Drupal|Joomla|Magnolia|Kibana|Celery|Gunicorn|Gradle|Bazel|Jira|Trello|Asana|Slack|Zoom|Teams|Excel|Word|"
    "Outlook|Photoshop|Dolphin|Godot|Unity|Blender|Audacity|Inkscape|Scala|Kotlin|Rust|Perl|Fortran|Cobol|Lisp|Scheme|Prolog|Norton|McAfee|Debian|Ubuntu|Fedora|Jessie|Buster|Bookworm|Ventura|Sonoma|Sequoia"
)
FONTS = "Georgia|Verdana|Garamond|Helvetica|Arial|Calibri|Cambria|Candara|Tahoma|Times New Roman|Courier|Baskerville|Bodoni|Caslon|Futura|Gill Sans|Lucida|Palatino|Rockwell|Trebuchet|Lato|Roboto|Inter|Montserrat|Raleway|Didot|Frutiger|Univers|Bembo"
LAWS = (
    "Newton|Ohm|Kelvin|Celsius|Fahrenheit|Joule|Watt|Volt|Ampere|Pascal|Hertz|Tesla|Weber|Faraday|Henry|Becquerel|Curie|Gray|Sievert|Planck|Boltzmann|Avogadro|Bernoulli|Doppler|Euler|Gauss|Laplace|"
    "Fourier|Maxwell|Kepler|Hooke|Boyle|Archimedes|Pythagoras|Fibonacci|Bayes|Poisson|Bragg|Coulomb|Lorentz|Heisenberg|Schrödinger|Pareto|Murphy|Moore|Dijkstra|Turing|Mohs|Richter|Beaufort|Brinell|Reynolds|Mach"
)
VEHICLES = (
    "Ford Transit|Ford Fiesta|Renault Clio|Renault Mégane|Opel Corsa|Opel Astra|VW Golf VII|VW Caddy|Škoda Octavia|Škoda Fabia|Seat León|Fiat Ducato|Fiat Panda|Alfa Romeo Giulia|Mercedes Vito|Mercedes-Benz Sprinter|BMW 320d|"
    "Audi A4 Avant|Toyota Corolla|Toyota Yaris|Honda Jazz|Mazda CX-5|Kia Ceed|Hyundai i30|Tesla Model 3|Peugeot 308|Citroën C3|Dacia Duster|Boeing 737|Boeing 787|Airbus A320neo|Cessna 172|Lincoln Navigator|Chevrolet Malibu|"
    "Dodge Ram 1500|Jeep Cherokee|Chrysler Pacifica|Vespa Primavera|John Deere 6130R|Massey Ferguson 5S|Harley-Davidson Sportster|Volvo V60|Suzuki Swift|Nissan Micra"
)
DISHES = (
    "Victoria sponge|Caesar salad|Pavlova|Peach Melba|Beef Wellington|Eggs Benedict|Sachertorte|Margherita|Carpaccio|Bellini|Tarte Tatin|Earl Grey|Waldorf salad|Chicken Kiev|Béchamel|Crêpe Suzette|Beef Stroganoff|Bloody Mary|"
    "Dobos torte|Tom Collins|Black Forest gateau|Granny Smith|Bramley|Conference|Maris Piper|King Edward|Fettuccine Alfredo|Graham crackers|Kaiserschmarrn|Leipziger Allerlei|Frankfurter|Wiener|Berliner|Madeleine|Napoleon"
)
PLANTS = (
    "Black-eyed Susan|Sweet William|Lily of the valley|Jacob's ladder|Forsythia|Magnolia|Dahlia|Rose 'Gertrude'|Veronica|Iris|Heather|Jasmine|Daisy|Poppy|Fuchsia|Camellia|Begonia|Zinnia|Lobelia|Gardenia|Virginia creeper|Douglas fir|"
    "Norway spruce|Bougainvillea|Rosemary|Basil|Marjoram|Angelica|St John's wort|Bartlett pear|Hosta|Aubrieta|Clematis 'Nelly'|Hydrangea 'Annabelle'|Robinia|Monstera"
)
EPONYMS = (
    "Parkinson|Crohn|Hashimoto|Alzheimer|Wilson|Whipple|Sjögren|Basedow|Raynaud|Ménière|Addison|Cushing|Hodgkin|Huntington|Behçet|Down|Graves|Tourette|Bechterew|Dupuytren|Barrett|Gilbert|Kawasaki|Lyme|Marfan|Turner|Klinefelter|"
    "Ewing|Wegener|Osgood-Schlatter|Perthes|Scheuermann|Sudeck|Paget|Horner|Bell|Guillain-Barré|Creutzfeldt-Jakob|Ehlers-Danlos|Charcot|Pick|Bowen|Conn|Felty|Still|Takayasu"
)
SIGNS = (
    "Babinski|Romberg|Lasègue|Murphy|McBurney|Rovsing|Blumberg|Trendelenburg|Lachman|Tinel|Phalen|Homans|Kernig|Brudzinski|Glasgow|Apgar|Barthel|Norton|Braden|Karnofsky|Ranson|Child-Pugh|Wells|Gleason|Clark|Breslow|Snellen|Mini-Mental|"
    "Coombs|Schellong|Weber|Rinne|Schirmer|Finkelstein|Valsalva|Epley|Allen|Doppler|Gram|Pap"
)
ERRORS = (
    "NullPointerException|ECONNREFUSED|SIGSEGV|Segmentation fault|404 Not Found|502 Bad Gateway|TimeoutError|KeyError: 'name'|ORA-00942|permission denied|disk quota exceeded|MemoryError|checksum mismatch|"
    "unexpected token|certificate has expired|ENOENT|0x80070005|out of range|deadlock detected|Access violation|connection reset by peer|no such file or directory|TypeError: undefined is not a function|HTTP 429"
)
DRUGS = (
    "ibuprofen|metformin|amoxicillin|ramipril|omeprazole|atorvastatin|Lantus|sertraline|bisoprolol|Xarelto|salbutamol|prednisolone|Eliquis|pantoprazole|torasemide|levothyroxine|Novalgin|tramadol|apixaban|amlodipine|candesartan|"
    "Humira|methotrexate|ciprofloxacin|Clexane|paracetamol|Aspirin|Voltaren|mirtazapine|quetiapine|Madopar|Keppra|simvastatin|Jardiance|furosemide|Marcumar|doxycycline|Ozempic|sodium chloride|glycerol|ethanol|citric acid"
)
