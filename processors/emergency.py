"""Whether a caller's words tell of an emergency, by the words alone: no model is asked.

Whole phrases of people in need are looked for, most with the person in them: "he's choking" is one,
"a choking hazard" is none. In doubt it is an emergency. English here, Spanish in
`emergency_es`: whoever is in danger falls back on their own language, whatever the call is in.
"""

import re

from processors import emergency_es
from processors.phrases import phrases
from processors.said_over import plain


def is_emergency(text: str) -> bool:
    """Whether somebody's life, body or home is in danger as far as these words go."""
    said = _EXPECTED_NO.sub(" ", _written_out(plain(text)))
    return bool(_EMERGENCY.search(said)) or emergency_es.is_emergency(text)


def _written_out(said: str) -> str:
    """Without contractions, with or without their apostrophes: recognisers write both."""
    for short, long in _CONTRACTIONS:
        said = short.sub(long, said)
    return said


_CONTRACTIONS = [
    (re.compile(short), long)
    for short, long in (
        (r"\bcan ?'?t\b|\bcannot\b", "can not"),
        (r"\bwon'?t\b", "will not"),
        (r"\b(is|are|was|were|do|does|did|has|have|had|could|would)n'?t\b", r"\1 not"),
        (r"\bi'?m\b", "i am"),
        (r"\b(he|she|it|there|that|someone|somebody|who)'?s\b", r"\1 is"),
        (r"(\w)'s (?=not\b|\w+ing\b|been\b|got\b|dead\b|unconscious\b)", r"\1 is "),
        (r"\b(we|they|you)'?re\b", r"\1 are"),
        (r"\b(i|we|they|you)'ve\b|\b(i|they)ve\b", r"\1\2 have"),
        (r"\bgonna\b", "going to"),
        (r"\bwanna\b", "want to"),
        (r"\bnine(?: |-)?(?:one|eleven)(?: |-)?(?:one)?\b|\b9 1 1\b", "911"),
    )
]

_EXPECTED_NO = re.compile(
    r"\b(?:no|not have(?: any| a)?|without(?: any| a)?|not in) "
    r"(?:chest pains?|heart attack|fire|emergency|danger|pain)\b"
)
"""A caller who says that there is none."""

_KIN = (
    "(?:step|grand|god)?(?:husband|wife|son|daughter|mother|father|mom|mum|mommy|dad|daddy|parents?"
    "|pa|ma|baby|bab(?:y|ies)|child|children|kids?|toddler|infant|newborn|boy|girl|brother|sister"
    "|friend|neighbou?r|boyfriend|girlfriend|fiancee?|partner|uncle|aunt|nephew|niece|cousin"
    "|roommate|colleague|coworker|boss|man|men|woman|women|lady|guy|person|people|stranger|driver"
    "|patient|teacher|student|passenger|worker|customer)s?"
)
_OTHER = rf"(?:he|she|they|someone|somebody|everybody|everyone|{_KIN})"
_ANYONE = rf"(?:i|we|{_OTHER})"
_BE = r"(?:is|am|are|was|were|has been|have been|is been)"
_JUST = r"(?:(?:just|really|all|still|so|now|also|suddenly|have|has|had|almost|probably) ){0,2}"
_WHOSE = r"(?:my|our|the|his|her|their|your|this|a)"
_HOME = r"(?:house|home|apartment|flat|basement|garage|kitchen|bedroom|yard|building|room|place)"
_PAST = r"(?! (?:\w+ ){0,4}(?:last (?:year|month|week)|years? ago|months? ago|in the past|once))"
_KIT = (
    r"(?! (?:kits?|blankets?|contacts?|lights?|keys?|exit|number|contraception|dentist|brake|fund"
    r"|supplies|room bill|plumber|radio|lamp)\b)"
)
_BURNT = (
    r"(?! (?:sales?|pits?|drills?|places?|alarms?|extinguishers?|stations?|departments?|trucks?"
    r"|sticks?|tablets?|hydrants?|escapes?|doors?|exits?|safety|proof|engines?|hose|tv|stove|wood"
    r"|blankets?|retardant|insurance|hd)\b)"
)

_PHRASES = rf"""
    \bchest (?:pains?|hurts?|tightness|pressure)\b
    (?<!around the )\bchest (?:is|feels?|has been) (?:\w+ )?(?:hurting|tight|heavy|killing|burning|aching|crushed)\b
    \b(?:pains?|pressure|tightness|burning|weight|squeezing|aches?|ache) (?:\w+ ){{0,2}}(?:in|on|across) {_WHOSE} chest\b
    \b(?:have|having|has|had|suffered|suffering) (?:a|an) (?:\w+ )?(?:heart attack|seizure){_PAST}\b
    \b(?:have|having|has|had|suffered|suffering) (?:a|an) (?:(?!breast|four|two|back)\w+ )?stroke\b(?! (?:of|engine|class)){_PAST}
    \b(?:it|this|that) (?:is|might be|could be|must be) (?:a|an) (?:heart attack|seizure|stroke(?! of))\b
    \bcardiac arrest\b
    \bheart (?:has |just |is )?(?:stopp(?:ed|ing)|failing)\b
    \bnot (?:\w+ )?breathing\b
    \bstop(?:ped|s)? breathing\b
    \bcan (?:not|barely|hardly)(?: \w+)? breathe?\b(?! easy)
    \b(?:barely|hardly) breath(?:e|ing)\b
    \b(?:trouble|difficulty|difficulties|problems?|hard time|struggling|struggles|hard|fighting) (?:with |to )?(?:breath(?:e|ing)|getting air)\b
    \bcan not (?:catch|get) (?:my|his|her|any|enough) (?:breath|air)\b
    \bshort(?:ness)? of breath\b
    \bgasping for\b
    \b{_ANYONE} {_BE} {_JUST}(?:choking|suffocating)\b(?! up)
    \bchoking on\b
    \bunconscious\b(?! (?:bias|mind))
    \b(?:lost|loses|losing) consciousness\b
    \b{_OTHER} {_JUST}(?:is |are |was )?(?:fainted|collapsed|passed out)\b(?! (?:the|flyers|some|our|all|a)\b)
    \bi (?:just |have |think i )?(?:fainted|collapsed|passed out)\b(?! (?:the|flyers|some|our|all|a)\b)
    \b{_OTHER} (?:will|can|does|is|do|are) not wak(?:e|ing)\b(?! (?:up )?(?:before|until|till|at|on|early))
    \b(?:and|but) (?:will|can|does|is) not (?:wake|waking) up\b
    \b{_OTHER}(?: \w+){{0,6}} (?:unresponsive|not (?:\w+ )?(?:responding|moving|responsive))\b
    \b(?:convulsing|convulsions?)\b
    \b{_OTHER} {_BE} seizing\b
    \bface (?:is |has |looks )?(?:\w+ )?(?:droop\w*|numb)\b
    \b(?:arm|leg|side|body) (?:is|went|goes|has gone|feels) (?:\w+ )?numb\b
    \bcan not (?:feel|move) (?:my|his|her) (?:\w+ )?(?:arms?|legs?|face|side|body)\b
    \b{_ANYONE} (?:{_BE}|keeps?) {_JUST}bleeding\b
    \bbleeding (?:\w+ )?(?:a lot|badly|heavily|out|to death|everywhere|profusely|will not stop|does not stop)\b
    \bstop the bleeding\b
    \bblood (?:is )?(?:everywhere|all over)\b
    \b(?:losing|lost) (?:a lot of|so much|too much|lots of) blood\b
    \b(?:cut|slit|slashed) (?:my|his|her) (?:wrists?|throat)\b
    \b{_ANYONE} (?:{_BE}|got|have been|has been|had been) {_JUST}(?:stabbed|shot)\b
    \b(?:stabbed|shot|shooting at) (?:me|us|him|her|someone|somebody|my {_KIN})\b
    \b{_OTHER} {_BE} {_JUST}shooting\b(?! (?:for|a|photos|pictures|videos?|hoops)\b)
    \b(?:gunshots|active shooter|shots fired)\b
    \b{_OTHER} (?:\w+ ){{0,3}}(?:has|have|got|with|holding|pulled|is waving) (?:\w+ ){{0,2}}(?:gun|knife|weapon|machete)\b(?! (?:sets?|blocks?|sharpener|order))
    \bthreaten(?:ing|ed|s)? (?:me|us|him|her|to (?:kill|shoot|stab|hurt)|my)\b
    \bthere (?:is|has been|was|is been) (?:a|an) (?:\w+ ){{0,2}}fire\b{_BURNT}
    (?<!you )(?<!you are )(?<!is really )\bon fire\b(?! (?:today|lately|sale))
    \b(?:caught|catching|catches|set) fire\b
    \b{_HOME} (?:is |are )(?:\w+ )?burning\b
    \bburning down\b
    ^(?:(?:oh my god|help|please|there is) )*(?:fire ?)+(?:please )?$
    \b(?:see|seeing) flames\b
    \bflames (?:are )?(?:coming|everywhere|in)\b
    \bsmell(?:s|ing|ed)? (?:of |like |a lot of |some |strong )?gas\b(?! station)
    \bgas (?:is )?leak(?:s|ing)?\b(?! (?:detectors?|alarms?|sensors?|test|spray))
    \bleaking gas\b
    \bcarbon monoxide\b(?=.* (?:going off|dizzy|beeping|leak|poisoning))
    \b(?:full of|filled with|filling with) smoke\b
    \bsmoke (?:is )?(?:coming|pouring|filling|everywhere|billowing)\b
    \b(?:i|we) (?:can )?(?:smell|see) smoke\b
    \b(?:explosion|exploded)\b(?= (?:in|at|next|outside|here|near|and))
    \bthere (?:is|was|has been|is been) (?:an?|the) (?:\w+ )?(?:explosion|shooting|stabbing|bomb threat)\b
    \b(?:has|have|is|found) a bomb\b(?! bath)
    \b(?:{_OTHER}|burglars?|robbers?|thie(?:f|ves)) (?:\w+ ){{0,3}}(?:break|breaking|broke|broken) (?:in\b|into|down (?:my|our|the)|through|my (?:door|window))(?! (?:laughter|tears|song))
    \b(?:intruders?|burglars?|robbers?|prowlers?|home invader)\b(?= (?:in|at|is|are|downstairs|upstairs|outside|here)\b)
    \bthere (?:is|are) (?:an?|some|two|\w+) (?:\w+ )?(?:intruders?|burglars?|robbers?|prowlers?)\b(?! alarm)
    \b{_OTHER} (?:\w+ ){{0,4}}(?:get|getting|climb|climbing|come|coming|force|forcing) (?:\w+ )?in(?:to)? {_WHOSE} (?:\w+ )?(?:{_HOME}|window|door)\b
    \b(?:someone|somebody|strangers?|man|men|people) (?:is |are )?(?:\w+ )?(?:in|inside) (?:my|our) {_HOME}\b
    \b(?:being|been|was|were|got|getting|am|is) (?:\w+ )?(?:attacked|assaulted|raped|mugged|kidnapped|abducted|strangled|electrocuted|held hostage|poisoned)\b
    \b(?:attacking|raping|strangling|stabbing|kidnapping) (?:me|us|him|her|my|someone|somebody)\b
    \b(?:kidnapped|abducted) (?:me|us|my|him|her)\b
    \b(?:trying|wants?|threatening|tried|about|threatened) to (?:kill|murder|shoot|stab|rape|strangle) (?:me|us|him|her|my|someone|somebody)\b
    \bgoing to (?:kill|murder|shoot|stab) (?:me|us|him|her|my|someone|somebody)\b(?! (?:if|when|for|because|over|unless|with))
    \b{_OTHER} (?:{_BE}|keeps?|will not stop|started|has been) {_JUST}(?:hitting|beating|punching|kicking|hurting|choking) (?:up )?(?:me|us|him|her|my|someone|somebody)\b(?! (?:at|in|by|to)\b)
    \b(?:kill|killing|killed|hang|hanging|shoot|shooting|drown|drowning|cut|cutting) (?:myself|himself|herself|themselves)\b(?! (?:laughing|a|some|off|short)\b)
    \b(?:hurt|harm|harming|hurting) (?:myself|himself|herself)\b(?! (?:last|on|at) )
    \bself harm
    \b(?:end|ending|take|taking|took) (?:my|his|her)(?: own)? life\b(?! (?:insurance|vest|jacket))
    \bwants? to (?:die|be dead|end it all)\b(?! cast)
    \bend it all\b
    \bnot want to (?:live|exist|be alive|go on living|wake up)(?: any ?more| any longer)?(?= *$| (?:i|and|because|please|help)\b)
    \bnot want to be (?:alive|here) (?:any ?more|any longer)\b
    \bbetter off dead\b
    \bno reason to live\b
    \bsuicidal\b
    \b(?:commit|committing|committed|attempt\w*|thinking (?:of|about)|considering|contemplating|about) suicide\b(?! squad)
    \b(?:jump|jumping) (?:off (?:the|a|this|my) (?:bridge|roof|building|balcony)|in front of)\b
    \boverdos(?:e|ed|ing)\b
    \b(?:took|taken|swallowed|ate|eaten|take) (?:\w+ ){{0,3}}(?:too many|(?:whole |entire )?bottle of|all (?:of )?(?:my|the|his|her)) (?:\w+ )?(?:pills|tablets|medication|meds|medicine|sleeping pills)\b
    \b(?:drank|drunk|swallowed|ate|eaten|ingested|drinking) (?:\w+ ){{0,3}}(?:bleach|poison|detergent|antifreeze|cleaner|batter(?:y|ies)|gasoline|lye|chemicals?|pesticide|a magnet)\b
    \b(?:accident|crash|wreck|collision)\b.*\b(?:hurt|injured|bleeding|trapped|can not move|dead|unconscious|need help)\b
    \bthere (?:is|has been|is been|was) (?:a|an) (?:\w+ ){{0,2}}(?:accident|crash)\b(?! (?:last|on my|report))
    \b{_ANYONE} {_BE} {_JUST}drowning\b(?! in)
    \b{_OTHER} {_JUST}(?:fell|fallen) (?:down|off|from|in|into|out of|out) (?:the|a|my|our) (?:\w+ )?(?:stairs|ladder|roof|window|balcony|pool|lake|river)\b
    \bthroat (?:is |has |feels like it is )?(?:\w+ )?(?:closing|swelling|swollen shut|swelled)\b
    \b(?:severe|bad|serious|terrible|having an|have an) (?:\w+ )?allergic reaction\b
    \banaphyla
    \b(?:call|dial|phone|get me|i need|we need|calling)(?: \w+)? 911\b
    \b(?:call|calling|need|needs|send|get|want) (?:\w+ ){{0,2}}(?:an ambulance|ambulances?|paramedics?)\b(?! (?:toy|bill|game|costume))
    \b(?:call|calling|need|needs|send|get|get me) (?:\w+ )?(?:the )?(?:police|cops)\b(?! (?:report|department|costume|helmet|set|car))
    \b(?:call|calling|need|send|get) (?:\w+ )?(?:the )?fire (?:department|brigade|fighters?|truck)\b
    \b(?:this|it|that) is (?:really )?(?:an?|a real|a matter of life) (?:\w+ ){{0,2}}(?:emergency|and death|or death){_KIT}
    \b(?:i|we) have (?:an?|a real) (?:\w+ )?emergency\b{_KIT}
    ^(?:emergency ?)+$
    \b{_ANYONE} (?:{_BE}|might be|may be) {_JUST}dying\b(?! (?:to|for|of (?:laughter|curiosity|boredom|thirst|hunger)|laughing)\b)
    \b{_OTHER} (?:is|are|might be|may be|looks) dead\b(?! (?:tired|serious|set|wrong|against|right|on)\b)
    \b(?:in|into) labou?r\b(?! (?:department|market|disputes?|costs?|law))
    \bwater (?:just |has )?broke\b
    \bbaby is coming\b
    \bno pulse\b(?! oximeter)
    \bnot (?:find|feel|have|get) a pulse\b(?! oximeter)
    \b(?:{_OTHER}|lips|face|skin) (?:is |are |has |have )?(?:turning|turned|going|gone) blue\b
    \bhelp me (?:please )?(?:i am (?:dying|hurt|bleeding|in danger)|he is|she is going)
    \b(?:i am|we are) in danger\b
"""  # noqa: E501  a phrase is one line

_EMERGENCY = re.compile(phrases(_PHRASES))
