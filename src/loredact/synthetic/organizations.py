"""Names of organisations that do not exist: a kind, a made-up place, a surname or a made-up brand, by language."""

from functools import cache
from random import Random

from faker import Faker

from loredact.synthetic.places import town

# The share of organisations whose town exists, where the name has it as it is.
_REAL_TOWN = 0.5

# Made-up places: beginnings, and endings in the nominative and as the patterns' {at} wants them (by language).
_PLACES: dict[str, tuple[str, str]] = {
    "en": ("Ash Brook Clare Elder Fern Hart Kings Larch Marl North Oak Rook Stan Thorn West Wind", "bury cote dale field ford ham leigh mere ton worth"),
    "de": ("Alten Berg Birken Eber Eichen Erlen Hohl Kalten Wiesen Linden Krumm Nieder Nord Vorder Distel Stein", "au bach berg brunn burg feld hausen heim stadt tal"),
    "es": ("Alba Campo Fuen Monte Peña Pozo Torre Valde Villa Riba", "lba luz medina mora negro rubio rey seca serena verde"),
    "fr": ("Beau Bel Clair Haute Mont Neuf Roche Saint-A Val Vieux Brun", "bois bourg champ court fort lieu mont ville vault vaux"),
    "it": ("Borgo Castel Colle Fonte Monte Pieve Ripa Rocca Torre Valle", "alba bruno chiara fiore forte grande lungo nuovo rosso verde"),
    "nl": ("Berk Els Hooge Kruis Lage Linde Maas Noorder Ooster Rijn Wester Zand", "beek berg broek dam dijk hoven kerk lo veen woude"),
    "pt": ("Alva Campo Fonte Monte Oliva Pedra Ribei Serra Vale Vila", "ça dona grande linda mor nova rinha seca velha verde"),
    "pl": ("Brzez Dąbr Gaj Kamień Leśn Lip Olsz Sosn Wierzb Zar", "ów:owie owo:owie in:inie ice:icach owice:owicach any:anach"),
    "cs": ("Bran Březn Hor Javor Kamen Lip Les Hrad Olš Star Topol", "ov:ově ice:icích ín:íně any:anech ovice:ovicích ná:né"),
    "sv": ("Al Björk Ek Fur Gran Hög Lind Norr Sand Sten Söder Väster", "berga by dal fors hult näs sjö sta torp vik"),
    "da": ("Birke Bøge Elle Gran Hede Lille Nørre Oster Ro Skov Sønder Vester", "borg bro by dal lund mose rup strup sund ved"),
    "no": ("Bjørke Eike Furu Gran Høy Lille Nord Sand Stein Sør Tjelde Vest", "berg dal eid foss haug nes sjø sund vik ås"),
    "fi": ("Haapa Hirvi Honka Ilves Kangas Kivi Koivu Leppä Metsä Mänty Pelto Suvi", "järvi:järven koski:kosken lampi:lammen mäki:mäen niemi:niemen ranta:rannan salo:salon vaara:vaaran"),
    "hu": ("Alsó Bükk Cser Felső Fenyő Homok Kis Kő Nagy Sár Tölgy Új", "falud falva:falv halom háza:ház hegy hely kút patak szeg völgy"),
    "ro": ("Alb Bistr Brad Corn Fag Mur Nuc Plop Salc Verd Viiș", "ănești eni ești oaia oara ova ulești ureni ușoara"),
    "el": ("Αγριο Βαθυ Ελαιο Καλο Λευκο Μεσο Νεο Παλαιο Πλατανο Χρυσο", "βούνι:βουνίου λίβαδο:λιβάδου πηγή:πηγής πέτρα:πέτρας χώρι:χωρίου νέρι:νερίου σπηλιά:σπηλιάς"),
}  # fmt: skip

_BRANDS = "Acmera Brightline Cloudberry Datavia Eastgate Finora Greenpeak Hexalon Infranet Junova Kitegrid Luxera Metrica NovaTel Optiqa PayWave Quantis RBK SVT-Bau TNK UBX Verdant Wavecrest XL-Trade Yellowfin ZKB Alvento Arvida Belora Cordia Delmira Elvaro Fenora Galdis Helvena Intarel Jorvik Kelmar Lumira Medalis Norvita Orlena Pexona Quorda Ravelo Solvia Tamaris Ultera Velano Wexta Xandor Ymira Zelkova Aquilo Bravis Contera".split()  # noqa: SIM905
_TRADES = {
    "en": "Logistics Foods Insurance Software Energy Motors Pharma Analytics Engineering Media",
    "de": "Logistik Maschinenbau Versicherung Software Energie Bau Pharma Medien Gebäudetechnik Spedition",
    "es": "Logística Alimentación Seguros Software Energía Construcciones Farma Transportes",
    "fr": "Logistique Assurances Logiciels Énergie Bâtiment Pharma Transports Conseil",
    "it": "Logistica Assicurazioni Software Energia Costruzioni Farmaceutici Trasporti",
    "nl": "Logistiek Verzekeringen Software Energie Bouw Techniek Transport",
    "pt": "Logística Seguros Software Energia Construções Transportes Farma",
    "pl": "Logistyka Ubezpieczenia Software Energia Budownictwo Transport Pharma",
    "cs": "Logistika Pojišťovna Software Energie Stavby Doprava Pharma",
    "sv": "Logistik Försäkring Energi Bygg Åkeri Teknik Konsult",
    "da": "Logistik Forsikring Energi Byg Transport Teknik Rådgivning",
    "no": "Logistikk Forsikring Energi Bygg Transport Teknikk Rådgivning",
    "fi": "Logistiikka Vakuutus Energia Rakennus Kuljetus Tekniikka Ohjelmistot",
    "hu": "Logisztika Biztosító Szoftver Energia Építő Fuvarozó Pharma",
    "ro": "Logistică Asigurări Software Energie Construcții Transport Pharma",
    "el": "Μεταφορές Ασφάλειες Λογισμικό Ενέργεια Κατασκευές Τρόφιμα",
}
# {t} a place, {at} the same in the case that the pattern needs, {l} and {k} surnames, {b} a brand, {r} a trade.
_PATTERNS = {
    "en": "{t} County Court|{t} Family Medical Practice|{t} General Hospital|St. {f}'s Hospital|{t} Medical Center|{t} Community Health Center|{l} Clinic|University of {t}|{t} High School|"
    "{t} Primary School|{t} County Council|City of {t}|{t} Police Department|Bank of {t}|{l} & {k} LLP|{l} & Sons Ltd|{b} {r} Inc.|"
    "{b} Group|{b}|{l} {r}|{t} Housing Association|{t} NHS Foundation Trust|{l} Dental Care|{t} Water|{b} {r} plc|The {l} Foundation",
    "de": "Amtsgericht {t}|Landgericht {t}|Klinikum {t}|Klinikum St. {f} {t}|Kreiskrankenhaus {t}|Universitätsklinikum {t}|Reha-Klinik {t}|Gemeinschaftspraxis Dr. {l} & Dr. {k}|MVZ {t} GmbH|"
    "{l} & Sohn GmbH|{b} {r} GmbH|{l} {r} AG|{b} AG|{l} GmbH & Co. KG|Stadtwerke {t}|Sparkasse {t}|Gymnasium {t}|Grundschule {t}|Jobcenter {t}|"
    "Finanzamt {t}|Stadt {t}|Hochschule {t}|TSV {t} e. V.|Landratsamt {t}|{b} Krankenkasse|Kanzlei {l} & {k}|Seniorenheim Haus {t}",
    "es": "Juzgado de Primera Instancia n.º {n} de {t}|Audiencia Provincial de {t}|Hospital General de {t}|Hospital Universitario {t}|Centro de Salud {t}|Clínica {l}|Clínica {b}|Universidad de {t}|IES {t}|Colegio {f} {l}|"
    "Ayuntamiento de {t}|Diputación de {t}|{l} Hermanos S.L.|{b} {r} S.A.|{l} y {k} Abogados|{b}|Caja Rural de {t}|Residencia {t}|{b} Seguros|Grupo {b}|Policía Local de {t}",
    "fr": "Tribunal judiciaire de {t}|Cour d'appel de {t}|CHU de {t}|Centre hospitalier de {t}|Hôpital Saint-{f}|Clinique {l}|Clinique du {t}|Cabinet {l} et {k}|Lycée {f} {l}|École primaire de {t}|Mairie de {t}|"
    "Université de {t}|{l} et Fils SARL|{b} {r} SA|{b} {r}|SAS {l}|Groupe {b}|Mutuelle {b}|Crédit {t}|EHPAD {t}|Préfecture de {t}|CPAM de {t}",
    "it": "Corte d'Appello di {t}|Ospedale Civile di {t}|Ospedale San {f}|Policlinico {t}|Clinica {l}|Casa di Cura {b}|ASL {t}|Università di {t}|Liceo {l}|Istituto Comprensivo {t}|Comune di {t}|"
    "Provincia di {t}|{l} & Figli S.r.l.|{b} {r} S.p.A.|Studio Legale {l}|Banca di {t}|Gruppo {b}|{b} S.r.l.|Farmacia {l}|Tribunale di {t}",
    "nl": "Rechtbank {t}|Ziekenhuis {t}|Medisch Centrum {t}|Huisartsenpraktijk {l}|Tandartspraktijk {l}|Gemeente {t}|Universiteit {t}|{t} College|Basisschool De {t}|{l} & Zonen B.V.|"
    "{b} {r} B.V.|{b} {r}|Stichting {b}|Woningcorporatie {t}|Waterschap {t}|Politie {t}|{b} Zorgverzekeraar|Notariskantoor {l}|{l} Advocaten|Rabo {t}|GGZ {t}",
    "pt": "Tribunal Judicial de {t}|Hospital Distrital de {t}|Hospital de São {f}|Centro de Saúde de {t}|Clínica {l}|Clínica Dentária {b}|USF {t}|Universidade de {t}|Escola Secundária de {t}|"
    "Agrupamento de Escolas de {t}|Câmara Municipal de {t}|Junta de Freguesia de {t}|{l} & Filhos, Lda.|{b} {r}, S.A.|{l} e {k} Advogados|Grupo {b}|Farmácia {l}|{b} Seguros|Caixa Agrícola de {t}|Prefeitura de {t}|Banco {b}",
    "pl": "Sąd Rejonowy w {at}|Sąd Okręgowy w {at}|Szpital Miejski w {at}|Szpital Powiatowy w {at}|Szpital Wojewódzki w {at}|Centrum Medyczne {b}|NZOZ {b}|Przychodnia Rejonowa w {at}|Gabinet Stomatologiczny {b}|Uniwersytet w {at}|"
    "Liceum Ogólnokształcące w {at}|Szkoła Podstawowa nr {n} w {at}|Urząd Miasta {t}|Urząd Skarbowy w {at}|{b} Sp. z o.o.|{b} {r} S.A.|{l} i Synowie Sp. j.|Kancelaria {l} i {k}|Bank Spółdzielczy w {at}|Fundacja {b}|Grupa {b}|PPHU {l}",
    "cs": "Okresní soud v {at}|Krajský soud v {at}|Nemocnice {t}|Fakultní nemocnice {t}|Městská nemocnice v {at}|Poliklinika {t}|Zubní ordinace {b}|Zdravotní středisko {t}|Univerzita v {at}|Gymnázium {t}|Základní škola {t}|"
    "Městský úřad {t}|Finanční úřad v {at}|{b} s.r.o.|{b} {r} a.s.|{l} a syn, s.r.o.|Advokátní kancelář {l} & {k}|Spořitelna {b}|Nadace {b}|Skupina {b}|Domov seniorů {t}|Lékárna {b}",
    "sv": "{t} tingsrätt|{t} sjukhus|{t} lasarett|Universitetssjukhuset i {t}|Vårdcentralen {t}|Folktandvården {t}|{b} Vård AB|{t} kommun|Region {t}|{t}skolan|{t} gymnasium|{t} universitet|"
    "{l} & Söner AB|{b} {r} AB|{l}s {r} AB|{b}|Advokatfirman {l} & {k}|Sparbanken {t}|{t} IF|Brf {t}|Polisen i {t}|Länsstyrelsen i {t}",
    "da": "{t} Sygehus|Regionshospitalet {t}|{t} Universitetshospital|Lægehuset {t}|Tandlægerne {t}|{b} Klinikken|{t} Kommune|Region {t}|{t} Skole|{t} Gymnasium|{t} Universitet|"
    "{l} & Søn A/S|{b} {r} A/S|{l} {r} ApS|{b}|Advokatfirmaet {l} & {k}|Sparekassen {t}|{t} Boldklub|Boligforeningen {t}|{b} Pension|Retten i {t}",
    "no": "{t} tingrett|{t} sykehus|{t} universitetssykehus|{t} legesenter|Tannklinikken {b}|{b} Klinikk AS|{t} kommune|{t} fylkeskommune|{t} skole|{t} videregående skole|Universitetet i {t}|"
    "{l} & Sønner AS|{b} {r} AS|{l} {r} AS|{b}|Advokatfirmaet {l} & {k}|{t} Sparebank|{t} IL|{t} borettslag|NAV {t}|Politiet i {t}|{b} Holding ASA",
    "fi": "{at} käräjäoikeus|{at} keskussairaala|{at} terveysasema|{at} yliopistollinen sairaala|Lääkärikeskus {b}|Hammaslääkäriasema {b}|{at} kaupunki|{at} kunta|{at} koulu|{at} lukio|{at} yliopisto|"
    "{l} Oy|{b} {r} Oy|{b} Oyj|Asianajotoimisto {l} & {k}|{at} Osuuspankki|{at} seurakunta|{at} hyvinvointialue|As Oy {at} Helmi|{b} Group|Rakennus {l} Ky",
    "hu": "{at}i Törvényszék|{at}i Városi Kórház|{at}i Megyei Kórház|{at}i Egyetem|{at}i Rendelőintézet|{b} Magánklinika|{b} Fogászat|{at}i Polgármesteri Hivatal|{at}i Általános Iskola|{at}i Gimnázium|"
    "{l} és Fia Kft.|{b} Kft.|{b} {r} Zrt.|{b} Nyrt.|{l} Bt.|Dr. {l} és {k} Ügyvédi Iroda|{at}i Takarékszövetkezet|{b} Biztosító|{at}i Járásbíróság|{b} Alapítvány|{at}i Rendőrkapitányság",
    "ro": "Tribunalul {t}|Spitalul Municipal {t}|Spitalul Județean {t}|Spitalul Clinic Sf. {f}|Clinica {b}|Cabinet Medical Dr. {l}|Policlinica {t}|Universitatea din {t}|Liceul Teoretic {l}|Școala Gimnazială {t}|"
    "Primăria {t}|Consiliul Județean {t}|S.C. {b} S.R.L.|{b} {r} S.A.|{l} & Fiii S.R.L.|Cabinet de Avocat {l}|Banca {b}|Grupul {b}|Judecătoria {t}|Fundația {b}|Farmacia {b}",
    "el": "Ειρηνοδικείο {at}|Γενικό Νοσοκομείο {at}|Πανεπιστημιακό Νοσοκομείο {at}|Κέντρο Υγείας {at}|Διαγνωστικό Κέντρο {b}|Ιατρικό Κέντρο {at}|Δήμος {at}|Πανεπιστήμιο {at}|{n}ο Γυμνάσιο {at}|{n}ο Δημοτικό Σχολείο {at}|"
    "Αφοί {l} Ο.Ε.|{b} Α.Ε.|{b} {r} Α.Ε.|{l} & Υιοί Ε.Ε.|Δικηγορικό Γραφείο {l}|Συνεταιριστική Τράπεζα {at}|Όμιλος {b}|Φαρμακείο {l}|Πρωτοδικείο {at}|Α.Ο. {at}|{l} ΕΠΕ",
}  # fmt: skip


_MORE_PATTERNS = {
    "en": "St {f}'s Hospice|{t} Children's Hospital|{t} Walk-in Centre|Royal {t} Infirmary|{l} Memorial Hospital|{t} Surgery|{t} Veterans Affairs Medical Center|{t} Eye Clinic|{b} Urgent Care|{t} University Hospital|Mercy Health {t}|{t} Polytechnic|{t} State University|{l} College|{t} Fire Department|{t} Public Library|Department of Works, {t}|{l}'s Bakery|The {l} Arms|Hotel {b}|{l} and Co.|{b}.com|{b} Airlines|{t} Museum of Art|Diocese of {t}|{t} Chamber of Commerce",
    "de": "Praxis Dr. {l}|Hausarztpraxis {l}|Zahnarztpraxis Dr. {f} {l}|{b} Kliniken {t}|St.-{f}-Krankenhaus {t}|Uniklinik {t}|Kantonsspital {t}|Landeskrankenhaus {t}|Diakonie-Klinikum {t}|Rotkreuzklinik {t}|Evangelisches Krankenhaus {t}|Augenklinik {t}|Pflegedienst {l}|Universität {t}|TH {t}|VHS {t}|Polizeipräsidium {t}|Staatsanwaltschaft {t}|Standesamt {t}|Bäckerei {l}|Gasthof {l}|Autohaus {l}|Hotel {b}|Apotheke am Markt {t}|Volksbank {t} eG|AWO {t}|Kita {t}|Bistum {t}|Ordination Dr. {l}",
    "es": "Hospital San {f}|Hospital Clínico de {t}|Policlínica {t}|Consultorio {l}|Clínica Dental {l}|Universidad Politécnica de {t}|Instituto {l}|Comisaría de {t}|Registro Civil de {t}|Panadería {l}|Hotel {b}|Farmacia {l}|Banco de {t}|Fundación {l}|Consejería de {t}",
    "fr": "Hôpital de {t}|Polyclinique {t}|Maison de santé de {t}|Cabinet dentaire {l}|Cabinet du Dr {l}|Institut {l}|Hospices civils de {t}|Collège {l}|Gendarmerie de {t}|Boulangerie {l}|Hôtel {b}|Pharmacie {l}|Caisse d'épargne de {t}|Fondation {l}|Rectorat de {t}|Université {t}-Sud",
    "it": "Ospedale {t}|Ospedale Maggiore di {t}|Azienda Ospedaliera {t}|Studio dentistico {l}|Studio medico {l}|Presidio Ospedaliero {t}|Politecnico di {t}|Questura di {t}|Prefettura di {t}|Panificio {l}|Hotel {b}|Trattoria da {f}|Cassa di Risparmio di {t}|Fondazione {l}|Scuola media {l}",
    "nl": "{t} Ziekenhuis|St. {f} Ziekenhuis|UMC {t}|Kliniek {l}|AZ {t}|Verpleeghuis {t}|Apotheek {l}|Hogeschool {t}|Politie {t}|Bakkerij {l}|Hotel {b}|GGD {t}|Woningcorporatie {t}|Stichting {b}|Garage {l}",
    "pt": "Hospital de {t}|Hospital Distrital de {t}|Clínica {l}|Clínica Dentária {b}|Instituto Politécnico de {t}|Escola Secundária de {t}|GNR de {t}|Padaria {l}|Hotel {b}|Farmácia {l}|Fundação {l}|Centro Hospitalar de {t}",
    "pl": "Szpital Wojewódzki w {at}|Klinika {b}|Poradnia w {at}|Uniwersytet Medyczny w {at}|Politechnika w {at}|Komenda Policji w {at}|Piekarnia {l}|Hotel {b}|Apteka {b}|Bank {b}|Fundacja {b}|Muzeum w {at}",
    "cs": "Městská nemocnice {t}|Klinika {b}|Zubní centrum {t}|Hotel {b}|Pekařství {l}|Gymnázium {t}|VUT {t}|Knihovna {t}|Banka {b}|Policie {t}|Muzeum {t}|MUDr. {l} s.r.o.",
    "sv": "{t}s sjukhus|{b}kliniken|Tandläkare {l}|{t}s vårdcentral|Högskolan i {t}|{l}s bageri|Hotell {b}|Apoteket {t}|{t}s museum|{b}banken|{t} BK|Stiftelsen {l}",
    "da": "{t} Hospital|Klinik {l}|Tandlæge {l}|{t} Sundhedscenter|{l}s Bageri|Hotel {b}|{t} Apotek|{t} Museum|{b} Bank|{t} IF|Fonden {l}|Professionshøjskolen {t}",
    "no": "{t} legevakt|{b}klinikken|Tannlege {l}|{t} helsesenter|{l}s bakeri|Hotell {b}|{t} apotek|{t} museum|{b} Bank|{t} FK|Stiftelsen {l}|Høgskolen i {t}",
    "fi": "{at} sairaala|{b} Klinikka|{at} hammashoitola|{l}n leipomo|Hotelli {b}|{at} apteekki|{at} museo|{b} Pankki|{at} Palloseura|{b}-säätiö|{at} ammattikorkeakoulu|{at} poliisilaitos",
    "hu": "Szent {f} Kórház|{b} Klinika|Dr. {l} Rendelő|{at}i Egészségház|{l} Pékség|Hotel {b}|{b} Patika|{at}i Múzeum|{b} Bank|{at}i SE|{at}i Főiskola|{at}i Óvoda",
    "ro": "Spitalul {t}|Clinica Dr. {l}|Centrul Medical {b}|Cabinet Stomatologic {l}|Brutăria {l}|Hotel {b}|Muzeul {t}|Poliția {t}|CS {t}|Universitatea {b}|Grădinița {t}|Asociația {b}",
    "el": "Νοσοκομείο {at}|Κλινική {b}|Οδοντιατρείο {l}|Πολυϊατρείο {at}|Φούρνος {l}|Ξενοδοχείο {b}|Μουσείο {at}|Αστυνομία {at}|Τράπεζα {b}|ΤΕΙ {at}|Ίδρυμα {l}|Α.Σ. {at}",
}  # fmt: skip

# What is in the names of those where people are treated, and of those that judge.
_MEDICAL = (
    "hospital", "clinic", "medical", "nhs", "health", "dental", "klinik", "krankenhaus", "praxis", "mvz", "salud", "clínica", "chu ", "hôpital", "clinique",
    "ehpad", "ospedale", "policlinico", "casa di cura", "asl ", "ziekenhuis", "medisch", "praktijk", "ggz", "saúde", "usf ", "szpital", "medyczne", "nzoz",
    "przychodnia", "gabinet", "nemocnice", "poliklinika", "ordinace", "zdravotní", "sjukhus", "lasarett", "vårdcentral", "tandvård", "vård", "sygehus",
    "lægehuset", "tandlæge", "sykehus", "legesenter", "tannklinikk", "sairaala", "terveysasema", "lääkäri", "kórház", "rendelő", "fogászat", "spital",
    "policlinica", "νοσοκομείο", "υγείας", "διαγνωστικό", "ιατρικό", "hospice", "walk-in", "infirmary", "surgery", "urgent care", "praxis", "spital", "ordination", "consultorio",
    "polyclinique", "maison de santé", "cabinet dentaire", "cabinet du dr", "hospices", "ospedaliera", "ospedaliero", "studio dentistico", "studio medico", "kliniek", "umc ", "az {t}", "hospitalar", "poradnia", "klinika", "zubní", "sjukvård",
    "tandläkare", "sundhedscenter", "legevakt", "tannlege", "helsesenter", "klinikka", "hammashoitola", "egészségház", "clinica", "medical", "stomatologic", "κλινική", "οδοντιατρείο", "πολυϊατρείο",
)  # fmt: skip
_COURTS = (
    "court", "gericht", "juzgado", "audiencia", "tribunal judiciaire", "cour d'appel", "tribunal", "corte", "rechtbank", "sąd", "soud", "tingsrätt", "retten i",
    "tingrett", "käräjäoikeus", "törvényszék", "járásbíróság", "judecătoria", "δικείο",
)  # fmt: skip


def _place(language: str, random: Random) -> tuple[str, str]:
    beginnings, endings = _PLACES[language]
    beginning = random.choice(beginnings.split())
    plain, _, other = random.choice(endings.split()).partition(":")
    return beginning + plain, beginning + (other or plain)


@cache
def _of_kind(language: str, words: tuple[str, ...]) -> tuple[str, ...]:
    patterns = f"{_PATTERNS[language]}|{_MORE_PATTERNS[language]}".split("|")
    return tuple(pattern for pattern in patterns if any(word in pattern.lower() for word in words))


def organization(language: str, fake: Faker, random: Random, kind: str = "") -> str:
    """The name of an employer, practice, school, authority, bank in the text's language, or a `hospital` or `court`."""
    plain, other = _place(language, random)
    words = {"hospital": _MEDICAL, "court": _COURTS}.get(kind, ("",))
    pattern = random.choice(_of_kind(language, words))
    if "{at}" not in pattern and random.random() < _REAL_TOWN:
        plain = town(language, random)
    return pattern.format(
        t=plain, at=other, l=fake.last_name(), k=fake.last_name(), f=fake.first_name().split()[0], b=random.choice(_BRANDS),
        r=random.choice(_TRADES[language].split()), n=random.randint(1, 9),
    )  # fmt: skip


# Companies and bodies that exist, of which texts in any language speak, and some that those in each language do.
_EVERYWHERE = (
    "Google|Microsoft|Apple|Amazon|IBM|Siemens|Bosch|Samsung|Toyota|Nestlé|Novartis|Pfizer|Bayer|DHL|UPS|FedEx|IKEA|Netflix|Spotify|Airbus|Vodafone|Deloitte|KPMG|PwC|Lufthansa|Ryanair|Nokia|Ericsson|Intel|Oracle|SAP|Adobe|Meta|Unilever|"
    "UNICEF|UNESCO|WHO|NATO|United Nations|European Commission|FIFA|UEFA|Reuters|AFP|Greenpeace|Amnesty International|World Bank|ECB|Interpol|OECD"
)
_KNOWN = {
    "en": "BBC|NHS England|HMRC|Home Office|Congress|Supreme Court|FBI|NASA|Harvard University|Oxford University|Stanford|MIT|New York Times|Guardian|Walmart|Tesco|Barclays|HSBC|Bank of America|Ford|White House|Parliament|Mayo Clinic|Johns Hopkins|Met Office|Network Rail|Qantas|CSIRO|Ofsted|IRS",
    "de": "Deutsche Bahn|Deutsche Post|Bundestag|Bundesrat|Bundesverfassungsgericht|Robert Koch-Institut|Charité|AOK|Techniker Krankenkasse|Barmer|ADAC|ARD|ZDF|Der Spiegel|FAZ|Aldi|Lidl|Rewe|Commerzbank|Allianz|Telekom|BASF|CDU|SPD|TU München|Bundesagentur für Arbeit|ÖBB|SBB|ORF|Caritas|Diakonie|DRK|Max-Planck-Gesellschaft",
    "fr": "SNCF|CAF|Assemblée nationale|Sénat|Le Monde|France Travail|Carrefour|Orange|BNP Paribas|EDF|Assistance publique|Sorbonne|Renault|Total|Urssaf|La Poste|AFP|Radio France|Air France|INSEE|CNRS|Institut Pasteur|Médecins sans frontières",
    "es": "Renfe|Correos|Congreso|Seguridad Social|Hacienda|El País|RTVE|Telefónica|Banco Santander|BBVA|Mercadona|Iberia|Tribunal Supremo|Cruz Roja|Repsol|Universidad Complutense|Pemex|UNAM|La Caixa|Guardia Civil|Ministerio de Sanidad",
    "it": "Trenitalia|Poste Italiane|INPS|Camera dei deputati|Senato|Rai|Corriere della Sera|ENI|Enel|UniCredit|Intesa Sanpaolo|Fiat|Agenzia delle Entrate|INAIL|Esselunga|Politecnico di Milano|Cassazione|Croce Rossa|TIM|Alitalia|Istat",
    "nl": "NS|Belastingdienst|UWV|Tweede Kamer|Albert Heijn|Philips|ING|Rabobank|ABN AMRO|KLM|NOS|Volkskrant|KPN|PostNL|RIVM|TU Delft|Erasmus MC|Amsterdam UMC|Jumbo|ASML|NMBS|VRT|Raad van State|CBS",
    "pt": "Segurança Social|CTT|Assembleia da República|RTP|Público|EDP|Galp|TAP|Caixa Geral de Depósitos|Millennium BCP|Pingo Doce|Continente|Autoridade Tributária|SNS|INEM|Universidade de Coimbra|Petrobras|Banco do Brasil|PSP|DECO|CP",
    "pl": "PKP Intercity|ZUS|NFZ|Sejm|Senat|Poczta Polska|PKO BP|Orlen|Allegro|Biedronka|TVP|Gazeta Wyborcza|Uniwersytet Jagielloński|LOT|Sąd Najwyższy|GUS|Urząd Skarbowy|Politechnika Warszawska|Sanepid|Caritas Polska|mBank",
    "cs": "České dráhy|Česká pošta|Poslanecká sněmovna|Senát|VZP|Česká televize|Český rozhlas|ČEZ|Škoda Auto|Komerční banka|ČSOB|Univerzita Karlova|Alza|ČNB|ČSSZ|Ústavní soud|Masarykova univerzita|IKEM|Policie ČR|MF Dnes|Lidové noviny",
    "sv": "SJ|Försäkringskassan|Skatteverket|Riksdagen|Arbetsförmedlingen|PostNord|SVT|Dagens Nyheter|Volvo|Scania|ICA|Coop|Swedbank|SEB|Karolinska institutet|Telia|Migrationsverket|Folkhälsomyndigheten|Systembolaget|Uppsala universitet|Vattenfall",
    "da": "DSB|Folketinget|SKAT|Novo Nordisk|Mærsk|Danske Bank|Nordea|DR|TV 2|Politiken|Rigshospitalet|Ørsted|LEGO|Netto|Udbetaling Danmark|PostNord|Aarhus Universitet|Sundhedsstyrelsen|Carlsberg|Vestas|Jyske Bank",
    "no": "NAV|Stortinget|Skatteetaten|Vy|Posten|NRK|Aftenposten|Equinor|Telenor|DNB|Rema 1000|Oslo universitetssykehus|Folkehelseinstituttet|UDI|Statens vegvesen|NTNU|Hydro|Lånekassen|Helfo|VG|Orkla",
    "fi": "Kela|VR|Verohallinto|Eduskunta|Posti|Yle|Helsingin Sanomat|OP|Nordea|HUS|THL|Kesko|S-ryhmä|Elisa|Fortum|Aalto-yliopisto|Finnair|Neste|Tulli|Korkein oikeus|TE-toimisto",
    "hu": "MÁV|Magyar Posta|Országgyűlés|NAV|OTP Bank|MOL|Telex|MTVA|ELTE|Semmelweis Egyetem|Magyar Telekom|NEAK|Kúria|Richter Gedeon|Tesco|Wizz Air|BKK|Alkotmánybíróság|KSH|MNB|Vöröskereszt",
    "ro": "CFR Călători|ANAF|Poșta Română|Parlamentul|Senatul|BCR|Banca Transilvania|Dacia|Petrom|Digi|TVR|Tarom|CNAS|Hidroelectrica|Universitatea Babeș-Bolyai|ASE|BNR|Curtea Constituțională|Electrica|Crucea Roșie|Mega Image",
    "el": "ΟΣΕ|ΔΕΗ|ΕΦΚΑ|ΑΑΔΕ|Βουλή|ΕΛΤΑ|ΕΡΤ|Εθνική Τράπεζα|Alpha Bank|Τράπεζα Πειραιώς|Καθημερινή|ΟΠΑΠ|Aegean|ΕΟΠΥΥ|ΟΑΕΔ|Άρειος Πάγος|ΕΜΠ|ΟΤΕ|Συμβούλιο της Επικρατείας|ΕΛΣΤΑΤ|Ευαγγελισμός",
}  # fmt: skip
_TEAMS = (
    "{t} United|FC {t}|{t} FC|AC {t}|{t} City|SV {t}|{t} Wanderers|{t} Rovers|Sporting {t}|Real {t}|CD {t}|{t} Tigers|{t} Giants|HC {t}|Athletic {t}|Racing {t}|Dynamo {t}|Slavia {t}|{t} Rangers|{t} Lions|BK {t}|IFK {t}|Olympique {t}|VfB {t}|"
    "Union {t}|{t} Bears|{t} Town|RC {t}|{t} Hawks|TSV {t}"
)


def well_known(language: str, random: Random) -> str:
    """A company or body that exists, as the news name it in the text's language."""
    return random.choice((random.choice(_KNOWN[language].split("|")), random.choice(_EVERYWHERE.split("|"))))


def team(home: str, random: Random) -> str:
    """A sports team of the town `home`."""
    return random.choice(_TEAMS.split("|")).format(t=home)
