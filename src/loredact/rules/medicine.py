"""Diseases, signs, scores, devices and operations that are named after people or towns, told by the word next to them.

Only where both the name and what stands beside it are known: `Barthel 45` is a score, `Frau Barthel` and
`Barthel called` are somebody. Names that many people have (Murphy, Evans, Weber) need a word such as *sign* or *score*:
in a list of a ward, `Evans 45` is a patient of 45, and `Murphy neg` has no infection. `M.` is Morbus in German and
Monsieur in French, so it tells only what is hardly anybody's name.
"""

import re

_DISEASES = re.compile(
    r"addison|alzheimer|asperger|baker|barrett|basedow|bechterew|behçet|bell|bowen|brugada|buerger|castleman|chagas|"
    r"crohn|cushing|down|dupuytren|ewing|fabry|gaucher|gilbert|graves|hashimoto|hirschsprung|hodgkin|huntington|kaposi|"
    r"kawasaki|klinefelter|korsakoff|lynch|marfan|m[eé]ni[eè]re|non-hodgkin|osler|paget|parkinson|perthes|peyronie|"
    r"pompe|pott|raynaud|reiter|scheuermann|sheehan|sj[oö]gren|takayasu|tourette|turner|waldenstr[oö]m|wernicke|"
    r"whipple|wilms|wilson"
)
_BEFORE_A_DISEASE = re.compile(
    r"(?:Morbus|\bMb\.?|\bMorbo di|[Mm]aladie de|[Ss]yndrome de|[Ee]nfermedad de|[Ss][íi]ndrom[ea] d[ei]|"
    r"[Mm]alattia di|[Zz]iekte van|\b[Cc]horob[ay]|\b[Zz]esp[oó]łu?|[Dd]oença de) \Z"
)
_AFTER_A_DISEASE = re.compile(
    r"(?:['’]s?)?[ -](?:disease|syndrome?|lymphoma|sarcoma|palsy|chorea|thyroiditis|phenomenon|dementia|encephalopathy|"
    r"tumou?r|o?esophagus|contracture|cysts?|type|krankheit|mukosa|sjukdom|ziekte)(?![^\W\d_])",
    re.IGNORECASE,
)
_RARE_NAMES = re.compile(
    r"alzheimer|basedow|bechterew|crohn|cushing|dupuytren|hirschsprung|hodgkin|parkinson|perthes|scheuermann"
)
_BEFORE_A_RARE_NAME = re.compile(r"\bM\. \Z")
# Scores that are hardly anybody's name; of the others a word says that they are one.
_SCORES = re.compile(
    r"aldrete|apgar|barthel|braden|breslow|charlson|epworth|fazekas|frankel|fuhrman|gleason|gustilo|haggitt|hinchey|"
    r"hoehn|karnofsky|keith-wagener|kellgren|killip|mallampati|mirels|ranson|waterlow|yahr"
)
# A score's number is short, and nobody's age.
_NUMBER_AFTER = re.compile(
    r"[:=]? ?(?:[0-9]{1,3}(?:[,.][0-9])?(?:/[0-9]{1,3})?(?![0-9]|[ .,/-]?[0-9]{2}|"
    r" ?(?:[Jj]\b|Jahre|J\.|ans\b|años|anni\b|jaar|år\b|lat\b|years?\b|y\.?o|yrs|let\b|év|vuot))|[IVX]{1,4}\b)|"
    r" (?:and|en|und|et|e|y|i|och|&) Yahr\b"
)
_ALL_SCORES = re.compile(
    _SCORES.pattern
    + r"|bishop|borg|evans|fitzpatrick|fontaine|forrest|garden|kikuchi|norton|rankin|rutherford|tanner|wells"
)
# Of a town there is a class and an index of much else.
_TOWNS = re.compile(r"geneva|glasgow|nottingham|oxford|paris|prague?|sydney|vancouver")
_AFTER_A_TOWN = re.compile(r"[ -](?:score|coma scale|scale|skala|criteria)\b", re.IGNORECASE)
_BEFORE_A_SCORE = re.compile(
    r"\b(?:[Ss]core|[Ss]cala|[ÉEée]chelle|[Ee]scala|[Ss]kala|[IiÍí]ndice|[Ii]ndex|[Qq]uestionario)"
    r"(?: d[eio]| van| nach| według| wg)? \Z"
)
_AFTER_ANY_SCORE = re.compile(
    r"(?:['’]s)?[ -](?:score|scale|index|grade|class(?:ification)?|stage|coma|criteria|skala|klasse|klassifikation)\b",
    re.IGNORECASE,
)
_SIGNS = re.compile(
    r"babinski|blumberg|brudzi[nń]ski|chvostek|courvoisier|homans|kernig|las[eè]gue|lhermitte|mcburney|mingazzini|"
    r"phalen|romberg|rovsing|spurling|tinel|trendelenburg|trousseau|unterberger"
)
_AFTER_A_SIGN = re.compile(
    r":?,? ?\(?(?:[+–-]+(?!\w)|[Nn]eg|[Nn]ég|[Pp]os|o\. ?B\b|u\. ?a\b|beids|bds\b|bilat|rechts|links|ujemn|dodatn|"
    r"assente|ausente)"
)
_ALL_SIGNS = re.compile(
    _SIGNS.pattern + r"|adson|allen|barré|battle|finkelstein|giordano|grasset|hoffmann|lachman|mcmurray|murphy|rinne|"
    r"schober|virchow|weber"
)
_BEFORE_A_SIGN = re.compile(
    r"\b(?:[Pp]as de|[Ss]igne de|[Ss]egno di|[Ss]igno de|[Oo]bjaw|[Zz]eichen nach|[Mm]anovra di|KG [0-5]/5 nach) \Z"
)
_AFTER_ANY_SIGN = re.compile(r"(?:['’]s)?[ -](?:signs?|test|reflex|nodes?|zeichen|tecken|teken)\b", re.IGNORECASE)
_THINGS = re.compile(
    r"austin[ -]moore|billroth|charnley|colles|foley|galeazzi|hartmann|hickman|hill-sachs|holter|ivor[- ]lewis|"
    r"kirschner|kocher|lichtenstein|lisfranc|miles|monteggia|nissen|pfannenstiel|redon|robinson|seldinger|simpson|"
    r"steinmann|tenckhoff|whipple"
)
_BEFORE_A_THING = re.compile(
    r"\b(?:B?DK|[Ss]onde|[Ss]onda|[Cc]ewnik|[Cc]atetere?|[Cc]athéter|[Kk]atheter|[Cc]atheter|KAD|"
    r"O[Pp]\.? nach|[Oo]peration nach|[Rr]esektion nach|E[FV] nach|E[FV] wg|[Ff]ractur[ea] de|[Ff]rattura di) \Z"
)
_AFTER_A_THING = re.compile(
    r"(?:['’]s)?(?:[ -](?:catheter|sonde|drain(?:age)?|ECG|EKG|monitor|retractor|fra[ck]tur[ae]?|OP\b|procedure|hemi|"
    r"pouch|solution|draht|wires?|clamp|incision)\b| in situ\b| en place\b|,? ?\(?(?:Ch|Fr)\.? ?[0-9]{1,2}\b)",
    re.IGNORECASE,
)
# Of two people at once, and so nobody's.
_PAIRS = re.compile(
    r"bj[oö]rk-shiley|budd-chiari|charcot-marie-tooth|cheyne-stokes|child-pugh|churg-strauss|creutzfeldt-jakob|"
    r"ehlers-danlos|epstein-barr|glasgow-blatchford|guillain-barré|henoch-schönlein|hunt-hess|jackson-pratt|"
    r"kayser-fleischer|killip-kimball|mallory-weiss|peutz-jeghers|prader-willi|salter-harris|stevens-johnson|"
    r"swan-ganz|tay-sachs|von hippel-lindau|von recklinghausen|wolff-parkinson-white|zollinger-ellison"
)
_NEVER, _ALWAYS = re.compile(r"(?!)"), re.compile(r"")
# Names, what tells them where it stands before, and where it stands after.
_TOLD = (
    (_DISEASES, _BEFORE_A_DISEASE, _AFTER_A_DISEASE),
    (_RARE_NAMES, _BEFORE_A_RARE_NAME, _NEVER),
    (_SCORES, _NEVER, _NUMBER_AFTER),
    (_ALL_SCORES, _BEFORE_A_SCORE, _AFTER_ANY_SCORE),
    (_TOWNS, _BEFORE_A_SCORE, _AFTER_A_TOWN),
    (_SIGNS, _NEVER, _AFTER_A_SIGN),
    (_ALL_SIGNS, _BEFORE_A_SIGN, _AFTER_ANY_SIGN),
    (_THINGS, _BEFORE_A_THING, _AFTER_A_THING),
    (_PAIRS, _NEVER, _ALWAYS),
)


def named_after(name: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether what stands before `name`, in small letters, says that it is of medicine, and whether what follows does.

    A Polish genitive is read as its nominative.
    """
    forms = (name, name.removesuffix("a"))
    told = [(a, b) for names, a, b in _TOLD if any(map(names.fullmatch, forms))]
    return any(a.search(before) for a, _ in told), any(b.match(after) for _, b in told)
