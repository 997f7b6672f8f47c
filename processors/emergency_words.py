"""What English-speaking callers in need say, by what has happened to them.

Whole phrases, most with the person in them: "he's choking" is one, "a choking hazard" is none. They
are read from words without contractions: "he is choking", "can not".
"""

import re

from processors.phrases import phrases

_KIN = (
    "(?:step|grand|god)?(?:husband|wife|son|daughter|mother|father|mom|mum|mommy|dad|daddy|parents?"
    "|pa|ma|baby|bab(?:y|ies)|child|children|kids?|toddler|infant|newborn|boy|girl|brother|sister"
    "|friend|neighbou?r|boyfriend|girlfriend|fiancee?|partner|uncle|aunt|nephew|niece|cousin"
    "|roommate|colleague|coworker|boss|man|men|woman|women|lady|guy|person|people|stranger|driver"
    "|patient|teacher|student|passenger|worker|customer|ex|year old|grandma|grandpa|granny|nan"
    "|cyclist|pedestrian)s?"
)
_OTHER = rf"(?:he|she|they|someone|somebody|everybody|everyone|{_KIN})"
_ANYONE = rf"(?:i|we|{_OTHER})"
_ONE = (
    rf"(?:me|us|him|her|them|my|someone|somebody|(?:my|our|the|a|an|this|his|her) (?:\w+ )?{_KIN})"
)
_BE = r"(?:is|am|are|was|were|has been|have been|is been)"
_JUST = r"(?:(?:just|really|all|still|so|now|also|suddenly|have|has|had|almost|probably) ){0,2}"
_WHOSE = r"(?:my|our|the|his|her|their|your|this|a)"
_SELF = r"(?:myself|himself|herself|themselves)"
_HOME = r"(?:house|home|apartment|flat|basement|garage|kitchen|bedroom|yard|building|room|place)"
_PAST = r"(?! (?:\w+ ){0,4}(?:last (?:year|month|week)|years? ago|months? ago|in the past|once))"
_KIT = (
    r"(?! (?:kits?|blankets?|contacts?|lights?|keys?|exit|number|contraception|dentist|brake|fund"
    r"|supplies|room bill|plumber|radio|lamp|fee|appointments?)\b)"
)
_BURNT = (
    r"(?! (?:sales?|pits?|drills?|places?|alarms?|extinguishers?|stations?|departments?|trucks?"
    r"|sticks?|tablets?|hydrants?|escapes?|doors?|exits?|safety|proof|engines?|hose|tv|stove|wood"
    r"|blankets?|retardant|insurance|hd)\b)"
)
_VEHICLE = r"(?:car|truck|bus|van|train|tram|lorry|motorbike|motorcycle|bike|vehicle|taxi|cab|suv)"
_WATER = r"(?:pool|lake|river|sea|ocean|water|bath|bathtub|tub|pond|canal|creek|well|ice)"
_BODY = (
    r"(?:arms?|legs?|hands?|fingers?|fingertips?|thumbs?|toes?|foot|feet|face|head|neck|eyes?|ears?|nose|mouth|skull"
    r"|skin|wrists?|ankle|stomach|belly|tongue|lips?|back|shoulder|knee|artery|vein)"
)
_CHILD = (
    r"(?:baby|toddler|child|kid|son|daughter|boy|girl|grandson|granddaughter|year old|infant"
    r"|nephew|niece)"
)
_SNAKE = r"(?:snake|rattlesnake|rattler|viper|cobra|scorpion|shark|bear|black widow)"
_PILLS = (
    r"(?:pills|tablets|painkillers|capsules|medications?|meds|medicines?|tylenol|aspirin|paracetamol|ibuprofen|xanax"
    r"|opioids?|oxycodone|percocet|advil|benadryl|antidepressants)"
)
_POISON = (
    r"(?:bleach|poison|detergent|antifreeze|cleaner|batter(?:y|ies)|gasoline|lye|chemicals?"
    r"|pesticide|a magnet|magnets|paint thinner|drain ?o|mushrooms)"
)

_HEART = rf"""
    \bcan not smile\b(?! (?:about|at)\b)
    \bchest (?:pains?|hurts?|tightness|pressure)\b
    (?<!around the )\bchest (?:is|feels?|has been) (?:\w+ )?(?:hurting|tight|heavy|killing|burning|aching|crushed)\b
    \b(?:pains?|pressure|tightness|burning|weight|squeezing|aches?|ache) (?:\w+ ){{0,2}}(?:in|on|across) {_WHOSE} chest\b
    \b(?:grabb|clutch|hold)(?:ed|ing|s|es)? (?:at )?(?:his|her|their|my) chest\b
    \b(?:have|having|is having|has) (?:a|an|another) (?:\w+ )?(?:heart attack|seizure){_PAST}\b
    \b(?:have|having|has|is having) (?:a|an|another) (?:(?!breast|four|two|back)\w+ )?stroke\b(?! (?:of|engine|class)){_PAST}
    \b(?:it|this|that) (?:is|might be|could be|must be) (?:a|an) (?:heart attack|seizure|stroke(?! of))\b
    \bcardiac arrest\b
    \bheart (?:(?:has |just |is )?stopped|is (?:stopping|failing)|failing)\b
    \bface (?:is |has |looks )?(?:\w+ )?(?:droop\w*|numb)\b
    \b(?:arm|leg|side|body) (?:is|went|goes|has gone|feels) (?:\w+ )?numb\b
    \bcan not (?:feel|move) (?:my|his|her) (?:\w+ )?(?:arms?|legs?|face|side|body)\b
    \b(?:speech (?:is|went|has gone|sounds)|slurr\w+|talking gibberish|not making any sense)\b
    \bno pulse\b(?! oximeter)
    \bnot (?:find|feel|have|get) a pulse\b(?! oximeter)
    \bblood sugar is (?:\w+ )?(?:crash\w+|dropp\w+|really low|very low|too low)\b
    \bface (?:is |has |looks |just )?(?:gone |went )?(?:all )?(?:droop\w*|dropped|crooked|lopsided|twisted|uneven|sagging)\b
    \bcan not (?:lift|raise|use) (?:my|his|her|one|either) (?:\w+ )?(?:arms?|legs?|hands?)\b(?! (?:weights|properly with))
    \b(?:talking|speaking|speech|words?|sentences) (?:\w+ ){{0,3}}(?:funny|weird|jumbled|garbled|slurred|gibberish|nonsense)\b
    \b(?:no|not have a|not find a|not feel a|not hear a) heart ?beat\b
    \bpains? (?:\w+ ){{0,3}}(?:down|in|into|through) (?:my|his|her) (?:\w+ )?(?:arm|jaw)\b.*\b(?:sweat\w*|chest|dizzy|nauseous|sick|faint|breath\w*)\b
    \bchest (?:\w+ ){{0,2}}(?:feels|is|has) (?:\w+ ){{0,4}}(?:elephant|crush\w*|squeez\w*|vice|vise|sitting on|weight|exploding|burst\w*)\b
    \b(?:side|corner|half) of (?:my|his|her) (?:mouth|face) (?:is |has )?(?:\w+ )?(?:hanging|droop\w*|down|numb|frozen)\b
    \b(?:suddenly|all of a sudden)\b.*\b(?:can not|not) (?:see|speak|talk|move|feel|walk|stand|remember)\b
    \bcan not (?:speak|talk|see)\b.*\b(?:mouth|face|arm|side|eye)\b|\b(?:mouth|face|arm|side|eye)\b.*\bcan not (?:speak|talk|see)\b(?! to)
    \b(?:vision|eyesight) (?:is |has |just )?(?:gone|going|went|all)? ?(?:\w+ )?(?:blurry|blurred|dark|black|double|grey|gray)\b
    \b(?:{_KIN}|he|she) (?:has |is |just )?(?:gone|went|going|turned|looks) (?:\w+ )?(?:pale|white|clammy)\b.*\b(?:sweat\w*|arm|chest|shak\w*|cold)\b
    \b(?:having|had|have) (?:\w+ ){{0,4}}fit\b.*\b(?:floor|ground|jerk\w*|shak\w*|foam\w*)\b|\bjerking (?:on|around|all|uncontrollably|and)\b
    \bpacemaker\b.*\b(?:shock\w*|stopped|firing)\b
"""  # noqa: E501  a phrase is one line

_BREATH = rf"""
    \bnot (?:\w+ )?breathing\b
    \bstop(?:ped|s)? breathing\b(?! a sigh)
    \bcan (?:not|barely|hardly)(?: \w+)? breathe?\b(?! easy)
    \b(?:barely|hardly) breath(?:e|ing)\b
    \b(?:trouble|difficulty|difficulties|problems?|hard time|struggling|struggles|hard|fighting) (?:with |to )?(?:breath(?:e|ing)|getting air)\b
    \bcan not (?:catch|get) (?:my|his|her|any|enough) (?:breath|air)\b
    \bshort(?:ness)? of breath\b
    \bgasping for\b
    \b{_ANYONE} {_BE} {_JUST}(?:choking|suffocating)\b(?! up)
    \bchoking on (?:a|an|some|his|her|their|something|food)\b
    \b{_ANYONE} {_BE} {_JUST}drowning\b(?! in)
    \b{_ANYONE} (?:{_BE} )?{_JUST}drowning in {_WHOSE} (?:\w+ )?{_WATER}\b
    \bthere is (?:\w+ ){{1,3}}drowning\b
    \b(?:found|saw|see|sank|spotted) (?:him|her|them|{_OTHER}|my {_KIN}) (?:\w+ )?(?:at|on|to|face down in) the (?:bottom of the )?{_WATER}\b
    \b{_OTHER} (?:is |has )?{_JUST}(?:fell|fallen) (?:down|off|from|in|into|out of|out|through) (?:the|a|my|our) (?:\w+ )?(?:stairs|ladder|roof|window|balcony|{_WATER})\b
    \bthroat (?:is |has |feels like it is )?(?:\w+ )?(?:closing|swelling|swollen shut|swelled)\b
    \b(?:severe|bad|serious|terrible|having an|have an) (?:\w+ )?allergic reaction\b
    \banaphyla
    \b(?:having|have|having an|bad|severe) (?:\w+ ){{0,3}}asthma attack{_PAST}\b
    \b(?:{_OTHER}|lips|face|skin) (?:is |are |has |have )?(?:turning|turned|going|gone|went) blue\b
    \b(?:can not|not|will not) (?:get|getting|draw|take|taking) (?:any |enough |a |in )?(?:air|breath|breaths)\b
    \b(?:stuck|lodged|caught) in (?:his|her|my|their|the baby's) throat\b
    \b(?:clutch|grabb|hold|claw)(?:ed|ing|s|es)? (?:at )?(?:his|her|their) throat\b
    \b{_OTHER} (?:{_BE}|keeps?|started) (?:\w+ ){{0,2}}wheezing\b
    \b(?:{_KIN}|he|she|lips|face) (?:{_BE}|turned|went|has gone|has turned|looks?) (?:turning |going |all )?(?:purple|gr[ea]y|pale as)\b
    \b{_OTHER} (?:\w+ ){{0,2}}(?:went|gone|sank|pulled|go) under(?: the)?(?: water| ice| waves)?\b(?= *$| (?:and|the water|i|he|she|we|please)\b)
    \b(?:has|have|did|is) not (?:come|came|surfaced|come back) (?:back )?up\b(?= *$| (?:for air|yet|again|please)\b)
    \b(?:boat|kayak|canoe|raft|ferry|yacht|dinghy|sailboat|jet ski) (?:has |is |just |have )?(?:capsized|sinking|sank|sunk|flipped|overturned|taking on water|on fire)\b
    \b(?:fell|fallen) through the ice\b
    \bthroat (?:is |feels |has gone )(?:\w+ )?(?:tight|tightening|closed|shut|funny and)\b
    \b(?:has|have|with) (?:a )?(?:blue|purple|gr[ea]y) (?:face|lips)\b(?! (?:paint|mask|cream))
"""  # noqa: E501

_SENSES = rf"""
    \bunconscious\b(?! (?:bias|mind))
    \b(?:lost|loses|losing) consciousness\b
    \b{_OTHER} {_JUST}(?:is |are |was |has )?{_JUST}(?:fainted|collapsed|passed out)\b(?! (?:the|flyers|some|our|all|a|of|into your|onto your)\b)
    \bi (?:just |have |think i )?(?:fainted|collapsed|passed out)\b(?! (?:the|flyers|some|our|all|a|of)\b)
    \b{_ANYONE} (?:\w+ ){{0,2}}(?:going|about) to (?:pass out|faint|collapse)\b(?! (?:from|of|the|flyers|some)\b)
    \b{_OTHER} (?:will|can|does|is|do|are) not wak(?:e|ing)\b(?! (?:up )?(?:before|until|till|at|on|early))
    \b(?:and|but) (?:will|can|does|is) not (?:wake|waking) up\b
    \bcan not (?:wake|rouse) (?:him|her|them|(?:my|the) {_KIN})\b
    \b{_OTHER}(?: \w+){{0,6}} (?:unresponsive|not (?:\w+ )?(?:responding|moving|responsive))\b(?! (?:to|on|until|till|before) (?!(?:me|us|him|her|anything|anyone|voice|touch|pain)\b))
    \b(?:convulsing|convulsions?)\b
    \b{_OTHER} {_BE} seizing\b
    \beyes (?:are |have |just )?(?:rolled|rolling)\b
    \b{_OTHER} {_BE} shaking (?:all over|uncontrollably|violently)
    \b{_OTHER} {_BE} (?:\w+ )?foaming\b
    \b{_ANYONE} (?:{_BE}|might be|may be) {_JUST}dying\b(?! (?:to|for|of (?:laughter|curiosity|boredom|thirst|hunger)|laughing)\b)
    \b{_OTHER} (?:is|are|might be|may be|looks) dead\b(?! (?:tired|serious|set|wrong|against|right|on)\b)
    \b(?:{_KIN}|he|she) (?:is|has gone|went|looks|feels) (?:\w+ )?(?:limp|lifeless|floppy|stiff as a board|cold as ice)\b
    \b(?:{_ANYONE}|him|her|them) (?:\w+ ){{0,3}}(?:lying|laying|laid out|face down|slumped|passed out) (?:there |here |over )?(?:on|in|at|for|over|not) (?:\w+ ){{0,2}}(?:floor|ground|minutes|hours?|moving|wheel|road|street|bathroom|sidewalk|bathtub)\b
    \bcan not get (?:him|her|them) (?:up|to wake|to respond|to breathe|to move)\b
    \b(?:not|no longer) (?:waking|responding|reacting) (?:to (?:me|us|anything|my voice)|at all)\b
    \b(?:shaking|sweating|diabetic|confused|pale)\b.*\b(?:will|can|does|is) not (?:answer\w*|speak\w*|talk\w*|respond\w*|wak\w*|mak\w+ sense)\b
    \b{_ANYONE} (?:\w+ ){{0,3}}(?:black|blacking|pass|passing) out\b(?! (?:those|the|these|dates|flyers|curtains?))
    \b(?:slumped|keeled|doubled|toppled) over\b(?!.*\bbox)
    \bcan not keep (?:him|her|them) (?:awake|conscious|breathing|alive)\b
    \b(?:gave|giving|given) birth (?:\w+ )?(?:in|on|at|right|now|here|alone)\b(?! to (?:an?|the) (?:\w+ )?idea)
    \b(?:temperature|fever) (?:is |of )?(?:\w+ ){{0,3}}(?:hundred and (?:four|five|six)|10[4-9])\b
"""  # noqa: E501

_WOUNDS = rf"""
    \b{_ANYONE} (?:{_BE}|keeps?) {_JUST}bleeding\b
    \bbleeding (?:\w+ )?(?:a lot|badly|heavily|out|to death|everywhere|profusely|will not stop|does not stop)\b
    \bstop the bleeding\b
    \b(?:blood|bleeding) (?:will|does|is) not stop\w*\b
    \bblood (?:is )?(?:everywhere|all over)\b
    \b(?:losing|lost) (?:a lot of|so much|too much|lots of) blood\b
    \bblood(?:'?s| is)? (?:\w+ ){{0,2}}(?:pouring|gushing|spurting|squirting|pumping)\b
    \b(?:gushing|spurting|squirting|coughing up|vomiting|throwing up) blood\b
    \b(?:cut|slit|slashed) (?:my|his|her) (?:wrists?|throat)\b
    \b{_ANYONE} {_JUST}(?:{_BE}|got|have been|has been|had been) {_JUST}(?:stabbed|shot)\b
    \b(?:stabbed|shot|shooting at) (?:me|us|him|her|someone|somebody|my {_KIN})\b(?! (?:an?|the|some) (?:\w+ )?(?:e ?mail|text|message|note|quote|look|line|link)\b)
    \b(?:burned|burnt|scalded) (?:\w+ )?{_SELF}\b{_PAST}
    \b(?:hot|boiling) (?:oil|water|soup|coffee|tea) (?:\w+ ){{0,2}}(?:over|on) (?:me|him|her|us|{_SELF}|the baby|(?:my|his|her) (?:\w+ )?(?:{_KIN}|arms?|legs?|face|hands?|feet|foot))\b
    \b(?:cut|chopped|sliced|severed|lost) (?:off )?(?:my|his|her) (?:\w+ )?(?:finger|thumb|hand|toe|arm|leg|artery)s? off\b
    \b{_SNAKE} (?:just |has )?(?:bit|bitten|stung|attacked) {_ONE}\b
    \b(?:bit|bitten|stung|attacked) by (?:a|an|some) (?:\w+ )?{_SNAKE}\b
    \b(?:in|into) labou?r\b(?! (?:department|market|disputes?|costs?|law))
    \bwater (?:just |has )?broke\b
    \b(?:baby is coming|see the (?:baby's )?head)\b
    \bblood (?:is )?(?:\w+ ){{0,2}}(?:coming|pouring|running|dripping|squirting|out of|from (?:his|her|my))\b
    \b(?:cut|chopped|sliced|sawed|ripped|tore|bit|blew|shot|crushed|mangled|impaled) (?:off |through |open |into )?(?:the (?:tip|end|top) of |part of |half of )?(?:my|his|her|their) (?:\w+ )?(?:fingers?|fingertips?|thumbs?|toes?|hands?|foot|arms?|legs?|ears?|neck)\b{_PAST}
    \b(?:cut|hit|severed|nicked|opened) (?:an|my|his|her|the) (?:artery|vein)\b
    \b(?:spraying|spurting|squirting|gushing|pouring) (?:out|everywhere)\b(?! (?:of|with) (?:paint|water))
    \bbit(?:ten)? (?:my|his|her|the) (?:{_KIN}|{_KIN}'?s?|baby's) ?(?:\w+ )?(?:{_BODY})\b
    \b(?:dog|pit ?bull|raccoon|coyote) (?:is |has |just |was )?(?:attacking|attacked|mauling|mauled|biting) {_ONE}\b
    \b(?:burned|burnt|melted|scalded|peeled) (?:off )?(?:all )?(?:of )?(?:the|his|her|my) (?:\w+ ){{0,2}}(?:skin|face|arms?|hands?|legs?|eyes?) (?:off|badly|really bad|really badly|and)\b
    \b{_BODY} (?:is |are |got |has been )(?:\w+ )?(?:pinned|crushed|trapped|mangled|severed|hanging off)\b
    \b(?:{_ANYONE}|i) (?:{_BE} )(?:\w+ )?(?:pinned|impaled|crushed|trapped) (?:by|under|beneath|against|between|inside|in|on)\b(?! (?:the |a |this |your |an )?(?:\w+ )?(?:traffic|menu|phone|meeting|loop|contract|queue|line|limbo)\b)
    \b(?:acid|bleach|grease|oil|boiling|chemicals?|lye|hot water|steam|cleaner|paint thinner|gasoline)\b.*\b(?:in|on|into|over) (?:my|his|her|their) (?:\w+ )?(?:eyes?|face|hands?|arms?|legs?|skin)\b
    \b(?:saw|blade|machine|mower|lawnmower|blender|press|grinder|door) (?:\w+ )?(?:took|cut|caught|got|ripped|tore|chopped|sliced) (?:off )?(?:my|his|her) (?:\w+ )?{_BODY}\b
    \b(?:caught|stuck) in (?:the|a|that) (?:\w+ )?(?:machine|machinery|conveyor|press|grinder|shredder|escalator|elevator door|combine|auger)\b
    \b(?:landed|fell|came down) on (?:his|her|my|their) (?:\w+ )?(?:head|neck|back|stomach|belly)\b
    \b(?:contractions|labour pains|labor pains)\b(?=.* (?:minutes|apart|alone|coming|home|close|water))
    \bcord (?:is )?(?:around|wrapped|coming)\b.*\b(?:neck|baby|out)\b
    \b(?:gash|hole|wound|slash) (?:\w+ ){{0,2}}(?:his|her|my|their) (?:\w+ )?(?:forehead|head|face|skull|neck|chest|leg|arm|back|side|thigh)\b
    \b{_OTHER} {_JUST}(?:fell|fallen) (?:off|from|out of) (?:the|a|his|her|my|our) (?:\w+ )?(?:scaffold\w*|crane|truck|cliff|horse|tree|bike|motorbike|tractor|bunk|wall|bridge)\b{_PAST}
    \b(?:shelf|crane|tree|wall|roof|ceiling|beam|forklift|tractor|trench|jack|machine|tv) (?:just )?(?:came down|fell|tipped|collapsed|landed|rolled|slipped|dropped)\b.*\b(?:stuck|under|pinned|trapped|on (?:me|him|her|a|us|my|someone))\b
    \b(?:someone|somebody|people|{_KIN}|he|she) (?:is|are|was) (?:\w+ )?(?:under|underneath|beneath|buried under) (?:it|the (?:car|truck|rubble|tree|crane|snow|house|bus|tractor))\b
    \b(?:snake|spider|shark|animal) ?bite on (?:my|his|her)\b
    \b(?:got|has|have|grabbed|holding) (?:me|him|her|us) by the (?:hair|throat|neck)\b
"""  # noqa: E501

_FIRE = rf"""
    \bthere (?:is|has been|was|is been) (?:a|an) (?:\w+ ){{0,2}}fire\b{_BURNT}
    (?<!you )(?<!you are )(?<!is really )\bon fire\b(?! (?:today|lately|sale))
    \b(?:caught|catching|catches|set) fire\b
    \b{_HOME} (?:is |are )(?:\w+ )?burning\b
    \bburning down\b
    ^(?:(?:oh my god|help|please|there is) )*(?:fire ?)+(?:please )?$
    \b(?:see|seeing) flames\b
    \bflames (?:are )?(?:coming|everywhere|in)\b
    \bup in flames\b
    \bsmell(?:s|ing|ed)? (?:of |like |a lot of |some |strong )?gas\b(?! station)
    \bgas (?:is )?leak(?:s|ing)?\b(?! (?:detectors?|alarms?|sensors?|test|spray))
    \bleaking gas\b
    \bcarbon monoxide\b(?=.* (?:going off|dizzy|beeping|leak|poisoning))
    \b(?:full of|filled with|filling (?:up )?with) smoke\b
    \bsmoke (?:is )?(?:coming|pouring|filling|everywhere|billowing)\b
    \b(?:i|we) (?:can )?(?:smell|see) smoke\b
    \bthere is (?!no\b|any\b|not\b)(?:\w+ ){{0,3}}smoke(?= *$| (?:in|inside|all|from|under|and|out)\b)
    \b(?:explosion|exploded)\b(?= (?:in|at|next|outside|here|near|and))
    \bthere (?:is|was|has been|is been) (?:an?|the) (?:\w+ )?(?:explosion|shooting|stabbing|bomb threat)\b
    \b(?:has|have|is|found) a bomb\b(?! bath)
    \b(?:touched|grabbed) (?:a|the|an) (?:live|electric|power) (?:wire|line|cable)\b
    \b(?:{_HOME}|boiler|furnace|tank|stove|oven|grill|water heater|heater|generator|propane) (?:just |has |is )?(?:blew up|blown up|exploded|exploding)\b
    \b(?:power|electric) (?:line|cable)s? (?:just |has |have |is |are )?(?:fell|fallen|down|came down|sparking)\b
    \bshocked by (?:the|a|an) (?:\w+ )?(?:fuse|fuse box|outlet|socket|wire|cable|breaker)\b
    \bhallway is (?:hot|full|burning)\b
    \b(?:tree|tent|barn|shed|curtains?|couch|sofa|bed|carpet|roof|attic|truck|bus|field|forest|porch|wall|ceiling|trash|bin|dumpster) (?:is |are )(?:\w+ )?(?:burning|on fire|smoking)\b
    \bmixed (?:\w+ )?(?:bleach|ammonia|chemicals?|cleaners?)\b
    \b(?:big|loud|huge) (?:bang|boom)\b.*\b(?:gone|smoke|fire|burn\w*|hurt|gas)\b
    \b(?:shooting|spitting|throwing|covered in|engulfed in) flames\b
    \bgas smell\b(?! (?:test|strips?))
    \b(?:wires?|outlet|socket|panel|power line|transformer|breaker box) (?:\w+ ){{0,2}}(?:sparking|smoking|burning|arcing)\b
    \b(?:water|flood) (?:is |keeps )(?:\w+ )?(?:rising|up to (?:my|our|the)|coming in|pouring in)\b
    \bstuck on (?:the|our|my) roof\b
    \b(?:avalanche|landslide|mudslide|rockslide|tornado|earthquake) (?:just |has )?(?:buried|hit|took|trapped|swept|destroyed|collapsed)\b(?! the (?:market|charts))
"""  # noqa: E501

_INTRUDERS = rf"""
    \b(?:{_OTHER}|burglars?|robbers?|thie(?:f|ves)) (?:\w+ ){{0,3}}(?:break|breaking) (?:in\b|into|down (?:my|our|the)|through|my (?:door|window))(?! (?:laughter|tears|song|a (?:\w+ )?(?:smile|run|sweat|grin)))
    \b(?:intruders?|burglars?|robbers?|prowlers?|home invader)\b(?= (?:in|at|is|are|downstairs|upstairs|outside|here)\b)
    \bthere (?:is|are) (?:an?|some|two|\w+) (?:\w+ )?(?:intruders?|burglars?|robbers?|prowlers?)\b(?! alarm)
    \b{_OTHER} (?:\w+ ){{0,4}}(?:get|getting|climb|climbing|come|coming|force|forcing) (?:\w+ )?in(?:to)? {_WHOSE} (?:\w+ )?(?:{_HOME}|window|door)\b
    \b{_OTHER} (?:is|are|keeps?) (?:\w+ )?(?:trying to (?:get|break|come|climb)|climbing|forcing (?:his|her|their) way) in(?= *$| (?:and|please|help|now|i|right now|through)\b)
    \b(?:someone|somebody|strangers?|man|men|people|guy|guys) (?:is |are )?(?:\w+ )?(?:in|inside) (?:my|our) {_HOME}\b(?! (?:building|(?:who|that) (?:can|could|will)))
    \b(?:someone|somebody|strangers?|man|men|guy|guys) (?:is |are )?(?:in|inside) the {_HOME} with (?:me|us)\b
    \b{_OTHER} (?:\w+ ){{0,4}}(?:kick|bash|smash|ramm)(?:es|s|ing|ed)? (?:in |on |down |at )?(?:my|our|the) (?:\w+ )?(?:door|window)s?\b
    \b(?:hear|heard) (?:\w+ )?(?:glass|windows?|the door) (?:breaking|break|smash\w*|shatter\w*)\b
    \b(?:man|men|guy|guys|people|someone|somebody|kids) (?:\w+ ){{0,2}}(?:in|wearing) (?:\w+ )?(?:ski masks?|masks|balaclavas?)\b
    \b(?:armed|masked) (?:men|man|guy|guys|robbers?|person|people)\b
    \btrying to (?:get|break|force (?:his|her|their) way) into (?:my|our) (?:car|truck|van|house|home|apartment|flat|room)\b(?! (?:account|garage door))
    \b{_OTHER} (?:is|are|just) (?:\w+ )?(?:climbing|climbed|coming|crawling|crawled|came) (?:in |out |up )?through (?:my|our|the) (?:\w+ )?(?:window|door|roof|basement|vent)\b
    \b(?:stranger|someone|somebody|man|guy|person) (?:is )?(?:sleeping|standing|hiding|sitting|lurking|prowling|waiting) (?:in|inside|outside|under|behind) (?:my|our) (?:[\w']+ )?(?:room|bedroom|house|closet|bed|window|yard|garage|car|kitchen|garden|door|basement|attic)\b
    \b(?:he|she|ex|husband|boyfriend) (?:\w+ ){{0,5}}not supposed to be\b(?=.*\b(?:breaking|door|scared|here|outside|inside))
"""  # noqa: E501

_VIOLENCE = rf"""
    \b{_OTHER} {_BE} {_JUST}shooting\b(?! (?:for|a|photos|pictures|videos?|hoops)\b)
    \b(?:gunshots|active shooter|shots fired)\b
    \b(?:there is|is|a) (?:a |an )?shooter (?:in|at|outside|inside|here)\b
    \b{_OTHER} (?:\w+ ){{0,3}}(?:has|have|got|with|holding|pulled|is waving|pointing|waving) (?:\w+ ){{0,2}}(?:gun|knife|weapon|machete)\b(?! (?:sets?|blocks?|sharpener|order|on the (?:cover|box|poster)))
    \b(?:gun|knife|pills|rope|razor)\b.*\bend it\b
    \bthreaten(?:ing|ed|s)? (?:me|us|him|her|to (?:kill|shoot|stab|hurt)|my)\b
    \b(?:being|been|was|were|got|getting|am|is) (?:\w+ ){{0,2}}(?:attacked|assaulted|raped|mugged|carjacked|kidnapped|abducted|strangled|electrocuted|held hostage|poisoned)\b(?! by (?:mosquito|fees|ads|your|bugs|flies|spam))
    \b(?:attacking|raping|strangling|stabbing|kidnapping) (?:me|us|him|her|my|someone|somebody)\b
    \b(?:kidnapped|abducted|strangled|raped) (?:me|us|my|him|her)\b
    \b(?:robbed|held up) at (?:gun|knife) ?point\b
    \b(?:trying|wants?|threatening|tried|about|threatened) to (?:kill|murder|shoot|stab|rape|strangle|hurt) {_ONE}\b
    \bgoing to (?:kill|murder|shoot|stab) (?:me|us|him|her|my|someone|somebody)\b(?! (?:if|when|for|because|over|unless|with))
    \b(?:says?|said|swears?|swore|keeps saying) (?:that )?(?:he|she|they) (?:will|would|is going to|are going to) (?:kill|hurt|shoot|stab|murder)\b
    \b{_OTHER} (?:is|are) going to hurt (?:me|us|him|her|my|someone|somebody)\b
    \b{_OTHER} (?:{_BE}|keeps?|will not stop|started|has been) {_JUST}(?:hitting|beating|punching|kicking|hurting|choking) (?:up )?(?:me|us|him|her|my|someone|somebody)\b(?! (?:at|in|by|to)\b)
    \b(?:someone|somebody|stranger|a man|a guy|this man|this guy|a car|he|they) (?:is|are|keeps?) (?:\w+ )?(?:following|chasing|stalking) (?:me|us)\b(?! (?:on|up|and my)\b)
    \b(?:they|he|she|someone|somebody|man|guy|ex) (?:just |has |have )?(?:took|taken|grabbed|snatched) my (?:\w+ )?{_KIN}\b(?! (?:to|for|out|home|on|with|back)\b)
    \b{_OTHER} (?:has |just )?(?:locked|tied|chained|trapped) (?:me|us|her|him) (?:up |in|inside|to)\b
    \bwill not let (?:me|us|her) (?:go\b|leave|out|breathe)(?! (?:through|past|of the (?:contract|subscription)))
    \b(?:he|she|husband|wife|boyfriend|girlfriend|dad|father|mother|mom|stepdad|stepfather|ex|partner|son) (?:just |has )?(?:hit|punched|beat|choked|slapped|kicked|pushed|threw|attacked) (?:me|my (?:mom|mum|mother|sister|brother|kids?|son|daughter))\b(?! (?:up|with an?|to it)\b)
    \b(?:dad|father|stepdad|stepfather|husband|boyfriend|mom|mother|brother|uncle|he|she) (?:is|keeps) (?:\w+ )?(?:hurting|beating|attacking|hitting) (?:me|us|her|him|my|our)\b(?! (?:at|in|by|to|feelings|eyes|wallet|budget))
    \b{_OTHER} (?:just |has )?(?:grabbed|snatched|took|taken) (?:my|our) (?:\w+ )?{_CHILD}\b(?! (?:to|for|out|home|on|with|back)\b)
    \b(?:coming|came) (?:up|at|after|towards?|through) (?:me|us|the (?:stairs|door|window))(?: with)?\b.*\b(?:knife|gun|bat|axe|hammer)\b|\b(?:knife|gun|bat|axe|hammer)\b.*\bcoming (?:up|at|after|towards?|through) (?:me|us|the)\b
    \b(?:dragg|pull|forc|shov|push|stuff|throw)(?:ed|ing)? (?:a |the |my |this |some )?(?:woman|girl|man|boy|kid|child|lady|daughter|son|sister|friend|her|him|me) (?:into|in|out of|towards?|down)\b
    \b(?:put|slipped|dropped|spiked) (?:something|a pill|drugs?|it)? ?(?:in|into)? ?my drink\b
    \b(?:touched|groped|molested|fondled) (?:me|my (?:daughter|son|kid|child))\b(?! by)
    \b(?:being|getting|been|was|got|is) (?:\w+ )?(?:murdered|beaten|robbed|shot at|held|dragged|stalked|chased|hunted)\b(?! (?:of|up in|by the price))
    \b(?:robbing|holding up|shooting up|breaking into|burning down) (?:the|a|my|our) (?:\w+ )?(?:store|shop|bank|house|gas station|place|neighbou?r\w*|school|church|restaurant)\b
    \b(?:brought|has|with|carrying) a (?:\w+ )?(?:gun|knife|bomb) (?:to|in|into|at) (?:\w+ )?(?:school|class|work|the (?:office|store|mall|building))\b
    \b(?:drag|pull|forc|shov|push)(?:g?ed|g?ing)? (?:a|the|this|some|my) (?:\w+ )?(?:woman|girl|man|boy|kid|child|lady|daughter|son|sister|friend) (?:into|in|out of|towards?)\b
    \b(?:is|are|keeps?|was) (?:\w+ )?(?:hitting|beating|choking|kicking|punching|attacking|strangling) (?:my )?(?:mom|mum|mommy|mother|dad|sister|brother|grandma)\b
    \b(?:boy|girl|kid|child|toddler|son|daughter|baby) (?:has |is |just |have )?(?:\w+ )?(?:disappeared|missing|been missing|been taken|wandered off|vanished)\b(?! (?:a|the|his|her|out|school|teeth|tooth|package))
    \blost in the (?:woods|mountains?|forest|desert|snow|wilderness|dark|bush)\b
    \b(?:run|running|ran|force|forcing|push|pushing) (?:me|us) off the road\b
"""  # noqa: E501

_THEMSELVES = rf"""
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
    \boverdos(?:e|ed|ing)\b(?! of (?:sugar|cute|caffeine))
    \bod(?:'?d|ed|ing)\b
    \b(?:took|taken|swallowed|ate|eaten|take) (?:\w+ ){{0,3}}(?:too many|(?:whole |entire )?bottle of|all (?:of )?(?:my|the|his|her|those)) (?:\w+ ){{0,3}}{_PILLS}\b
    \b(?:took|taken|swallowed|ate|eaten) (?:\w+ ){{0,3}}(?:\d\d+|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred|dozen|handful of|bunch of|lot of) (?:\w+ )?{_PILLS}\b
    \b(?:drank|drunk|swallowed|ate|eaten|ingested|drinking|drink) (?:\w+ ){{0,3}}{_POISON}\b
    \bgot into (?:the|my|some|our) (?:\w+ )?(?:{_POISON}|{_PILLS})\b
    \b(?:on|over|at) the (?:edge|ledge|railing) of (?:the|a|my) (?:bridge|roof|building|cliff|balcony|platform)\b
    \b(?:going|about|ready|threatening) to jump\b(?! (?:in\b|into|on\b|to\b|ship|back|over))
    \b(?:going|about|ready|wants?) to end it (?:all|now|tonight|today|right now)\b
    \blocked (?:herself|himself|themselves) in .*\b(?:razor|knife|gun|pills|blade)\b
    \b(?:razor|razor blade|knife|gun) to (?:my|his|her) (?:wrists?|throat|neck|head)\b
    \b(?:drank|drunk|swallowed|ate|eaten|ingested|drinking|drink) (?:\w+ ){{0,5}}{_POISON}\b
    \b(?:took|taken|swallowed|ate|eaten) (?:\w+ ){{0,2}}(?:\d\d+|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred) (?:\w+ ){{0,4}}{_PILLS}\b
    \b{_CHILD} (?:\w+ )?(?:ate|swallowed|took|drank|eaten|chewed|got into) (?:[\w']+ ){{0,6}}{_PILLS}\b
    \b(?:tell|please tell) (?:my|our) (?:kids|family|mom|mother|wife|husband|son|daughter|parents|children) (?:that )?i (?:love|loved|am sorry)\b
    \b(?:took|taken|swallowed|ate|eaten) (?:every|each|all (?:of )?(?:the|those|these|my)|the whole|a whole|everything) (?:\w+ ){{0,3}}(?:pills?|tablets?|medication|medicine|bottle|cabinet|meds)\b
    \b{_CHILD} (?:\w+ )?(?:drank|drunk|swallowed|ate|eaten|licked) (?:\w+ ){{0,4}}(?:under the sink|cleaner|detergent|soap pod|pods?|bottle from|chemical\w*|perfume|nicotine|vape \w+|berries)\b
    \b(?:belt|rope|cord|noose|cable|bag|sheet|scarf) (?:\w+ )?(?:around|round|over) (?:his|her|my|their) (?:neck|head|throat)\b
    \bnot (?:feel )?safe with myself\b|\bkeep myself safe\b|\bdo something to myself\b
    \bnothing (?:left )?to live for\b|\bno point (?:in )?living\b
    \b(?:took|taken|swallowed) something\b.*\b(?:sleepy|awake|drowsy|not wak\w*|unconscious|shaking|weird)\b
"""  # noqa: E501

_ACCIDENTS = rf"""
    \bthere (?:is|has been|is been|was) (?:a|an) (?:\w+ ){{0,2}}(?:accident|crash|wreck)\b(?! (?:last|on my|report))
    \b(?:have|has|is|am|are) (?:just )?(?:been in|in|had) (?:a|an) (?:\w+ ){{0,2}}(?:accident|crash|wreck|collision)\b{_PAST}
    \bjust (?:had|been in|got in|got into|saw|witnessed) (?:a|an) (?:\w+ ){{0,2}}(?:accident|crash|wreck|collision)\b
    \b{_VEHICLE} (?:just |has |is )?(?:hit|ran over|struck|run over|knocked down|ran into) (?:a|an|my|the|some) (?:\w+ )?{_KIN}\b{_PAST}
    \b{_VEHICLE} (?:just |has |is )?(?:flipped|rolled|overturned)\b
    \btrapped (?:inside|in|under|underneath|beneath|between)\b(?! (?:the |a |this |your |an )?(?:\w+ )?(?:traffic|menu|phone|meeting|loop|contract|queue|line|limbo)\b)
    \b(?:fell|collapsed|caved in|came down|tipped over|landed) on (?:top of )?(?:me|us|him|her|them|my {_KIN})\b
    \b(?:fell|fallen|fall|slipped|tripped)\b.*\b(?:can not|could not|not able to) (?:get (?:back )?up|move|stand|walk)\b(?! (?:it|the|my appointment|on|until)\b)
    \bcan not (?:get|stand) up (?:off|from) the (?:floor|ground)\b
    \b{_VEHICLE} (?:just |has |is )?(?:hit|crashed into|slammed into|smashed into|rear ended) (?:us|me|him|her|them)\b{_PAST}
    \b(?:we|i) (?:just |have |have just )?crashed\b(?! (?:at|on the (?:couch|sofa)|out|the (?:site|app|computer|system)))
    \b{_VEHICLE} (?:\w+ ){{0,3}}(?:on (?:its|it is) (?:side|roof)|off the (?:road|bridge|cliff)|upside down|in (?:a|the) (?:ditch|river|lake|canal)|into (?:a|the) (?:tree|river|ditch|wall|house|crowd|pole|lake))\b
    \b(?:stuck|trapped|pinned) (?:in|inside|under) (?:the|a|my|his|her|our) (?:car|truck|van|bus|wreck|vehicle|elevator|lift|fire|house|room|well|rubble|tractor|machine)\b(?! (?:park|wash|menu|queue|line))
    \b(?:fell|fallen|slipped|collapsed) (?:down |over )?(?:in|on|off|down|from|out of) (?:the|a|his|her|my) (?:\w+ )?(?:shower|bath|bathtub|tub|stairs|steps|ladder|roof|balcony|scaffold\w*|window|horse|tree|bike|motorbike|motorcycle|cliff)\b.*\b(?:blood|bleeding|head|not|hurt|can|broke\w*|help|leg|hip|back)\b
    \b(?:motorcyclist|cyclist|biker|pedestrian|jogger|scooter rider|hiker|skier|climber|worker|swimmer) (?:\w+ ){{0,2}}(?:hit|down|struck|fallen|fell|hurt|injured|trapped|missing)\b
    \b(?:train|bus|truck|tram|lorry|plane|helicopter) (?:has |just |is )?(?:hit|crashed|derailed|struck|collided|down|plowed)\b(?! (?:the (?:spot|road|shelves|market)|my (?:budget)))
    \b(?:run|ran) over (?:a|my|the|some|our|his|her) (?:[\w']+ )?{_CHILD}\b
    \b(?:rolled|flipped|totall?ed|wrecked|crashed) (?:the|my|our|his|her) (?:car|truck|van|bike|motorcycle|quad|atv|suv)\b{_PAST}
    \bswept (?:out|away|off)\b(?! (?:my feet|the floor))
    \b(?:hit|struck|slammed into|plowed into) (?:us|me|him|her|them) (?:head on|from behind|with (?:his|her|the|a) (?:car|truck))\b
    \b(?:gone|went|slid|skidded|driven|run) off the (?:road|bridge|cliff|highway|motorway)\b|\binto a ditch\b.*\b(?:hurt|stuck|help|bleeding|trapped)\b
"""  # noqa: E501

_CALLS = rf"""
    \b(?:call|dial|phone|get me|i need|we need|calling)(?: \w+)? 911\b
    \b(?:call|calling|need|needs|send|get|want) (?:\w+ ){{0,2}}(?:an ambulance|ambulances?|paramedics?)\b(?! (?:toy|bill|game|costume|chaser))
    \b(?:call|calling|need|needs|send|get|get me) (?:\w+ )?(?:the )?(?:police|cops)\b(?! (?:report|department|costume|helmet|set|car))
    \b(?:call|calling|need|send|get) (?:\w+ )?(?:the )?fire (?:department|brigade|fighters?|truck)\b
    \b(?:this|it|that) is (?:really )?(?:an?|a real|a matter of life) (?:\w+ ){{0,2}}(?:emergency|and death|or death){_KIT}
    \b(?:i|we) have (?:an?|a real) (?:\w+ )?emergency\b{_KIT}
    ^(?:emergency ?)+$
    \bhelp me (?:please )?(?:i am (?:dying|hurt|bleeding|in danger)|he is|she is going)
    \bhelp(?: me| us)?(?: please| oh god| god)* (?:please |somebody |someone |oh my god )*help\b(?! (?:me |us )?(?:with|find|out|understand|to|re\w+|change|book|track|cancel)\b)
    ^(?:please )?(?:somebody|someone) (?:please )?help(?: me| us)?(?: please)?$
    \b(?:i am|we are) in danger\b
    \b(?:need|send|get|call|want) (?:\w+ )?(?:the )?(?:fire (?:and|&) rescue|fire service|fire engine|coast ?guard|mountain rescue|rescue team|medics?|emergency services|sheriff|swat)\b
"""  # noqa: E501

EMERGENCY = re.compile(
    phrases(
        _HEART + _BREATH + _SENSES + _WOUNDS + _FIRE + _INTRUDERS
        + _VIOLENCE + _THEMSELVES + _ACCIDENTS + _CALLS
    )
)  # fmt: skip

EMERGENCY_UNLESS_BUSINESS = re.compile(
    phrases(rf"""
    \b(?:face|tongue|lips|throat|neck|eyes) (?:is |are |has |have |just )?(?:\w+ )?(?:swelling|swelled|swollen|puffed|puffing)\b
    \ballergic\b.*\b(?:ate|eaten|stung|wheezing|hives|swelling|swollen)\b
    \b(?:blood|bleeding) (?:\w+ ){{0,4}}(?:head|ears?|nose|mouth|eyes?|face|wound|gash|everywhere|floor)\b
    \b(?:gash|wound|deep cut) (?:\w+ ){{0,3}}(?:head|face|arm|leg|neck|hand)\b
    \b(?:arm|leg|bone|hand|finger) (?:is |are )?(?:\w+ )?(?:sticking out|bent the wrong way|snapped|broken in)\b
    \b{_CHILD} (?:\w+ )?(?:fell (?:down|off|out|from|and)|swallowed (?:a|an|some|something)|will not stop (?:crying|vomiting|throwing up)|is burning up|has a fever of)\b
    \bsuspicious (?:man|men|guy|person|package|car)\b
""")  # noqa: E501
)
"""Weaker signs: who books an appointment or asks for an order has them too."""

IDIOM = re.compile(
    phrases(r"""
    \b(?:donat\w+|give|gave) blood\b
    \bblood (?:tests?|pressure|oranges?|brothers?|types?|work|sugar|boil|results?|donation|drive|moon)\b
    \bblood sweat and tears\b
    \bsmoke (?:detectors?|alarms?|gr[ea]y|free|machine|test|break|signals?|bombs?)\b
    \b(?:up in|blowing|second hand|third hand|scent of|smell of) smoke\b
    \b(?:glue|heat|nail|massage|water|caulk\w*|staple|squirt|toy|spray|nerf|paint|hot glue|tattoo|price) guns?\b
    \bgun (?:safe|cabinet|rack|case|cleaning|oil|show|range|metal|holster|grease)\b
    \b(?:shotgun|rifle|pistol) (?:mic|scope|case|grip|squats?|seat|wedding)\b
    \b(?:drowning|swimming|buried) in (?:\w+ )?(?:e?mails?|boxes|paperwork|debts?|work|orders|bills|laundry|calls|forms)\b
    \b(?:choking|choked) (?:on|by) (?:the|my|your) \w+\b|\bchoked up\b
    \bburning (?:with|question|calories|fat|through|desire|man|sensation in my wallet|incense|candles?|a candle|wood|stove|cd)\b
    \b(?:candle|stove|fireplace|incense|heater|lamp|bulb|calories|log|logs|fat|flight) (?:is |are )?burning\b
    \b(?:acid|bleach|poison|smoke|cruelty) free\b|\b(?:acid|poison) (?:reflux|rain|wash|paper|ivy|jazz|house)\b|\bpoison (?:of choice|pen)\b|\bpick your poison\b
    \b(?:inbox|phone|head|brain|mind|mailbox) (?:is |just )?explod\w+\b
    \b(?:trapped|stuck|pinned) (?:in|on|to|at|inside) (?:\w+ ){0,2}(?:traffic|menu|phone|meeting|loop|contract|queue|line|hold|board|page|post|wall|top|limbo|email|airport)\b
    \b(?:account|site|session|e?mail|login|password) (?:\w+ ){0,2}(?:hijacked|hacked)\b|\bhijack(?:ing)? (?:the|your|this) (?:call|conversation|meeting)\b
    \b(?:robbed|robbing|rob) (?:me |you |us )?(?:of|with|by|blind)\b|\bdaylight robbery\b|\bhighway robbery\b
    \b(?:murder|suicide|killing|overdose|assault|robbery|hostage|seizure) (?:mystery|squad|prevention|of (?:sugar|assets|colou?r)|on (?:the|my) (?:senses|wallet|ears)|note paper|rate)\b
    \b(?:attacked|stung|bitten|mauled|strangled|crushed|killed|murdered) by (?:a goose|mosquito\w*|the (?:fees|price|shipping|cost|competition)|fees|bugs|ads|emails?|guilt|sadness|boredom|shipping|taxes)\b
    \b(?:price|prices|market|team|business|plan|deal|stand|shelf|bed|chair|table|tent|box|stroller|umbrella|app|website|building set) (?:\w+ )?collaps\w+\b|\bcollapsible\b
    \bcrush(?:ed)? (?:it|on|ice|garlic|velvet|red pepper|my hopes|pepper)\b
    \b(?:laugh|scream|die|died|cry)\w* (?:with|from|of) (?:laughter|joy|excitement|laughing|boredom|curiosity)\b
    \bfor crying out loud\b|\bi scream\b|\bscreaming (?:goat|deal|hot deal|match|color|for)\b
    \bfaint(?:ly|est)? (?:line|smell|colou?r|sound|idea|print|mark|heart|hope|scratch|of heart)\b|\bfaint of heart\b
    \bout of (?:the )?(?:current|stroke)\b
    \b(?:nose|gums?|colou?rs?|ink|dye|heart|edge|brakes?|radiators?) (?:\w+ )?bleed\w*\b|\bbleeding (?:edge|heart|color|colour|ink)\b
""")  # noqa: E501
)
"""Words of danger where there is none: taken out before one looks for them."""

DANGER = re.compile(
    r"\b(?:machetes?|shotgun|rifles?|pistols?|handguns?|guns?|gunm[ae]n|gunshots?|murder(?:ed|ing|s)?|stabb\w+"
    r"|hostages?|hijack\w*|carjack\w*|kidnap\w*|abduct\w*|raped?|raping|molest(?:ed|ing|er)|assault\w*|robb(?:ing|ed|ery|ers?)"
    r"|suicid\w*|strangl\w*|drown(?:ing|ed)|bleed\w*|bled|blood|unconscious|convuls\w*"
    r"|seizures?|seizing|paraly[sz]\w*|contractions|electrocut\w*|amputat\w*|severed|crushed|trapped|pinned|flames|burning"
    r"|explo(?:ded|sion|ding)|screaming|ammonia|acid|venom|poison\w*|choking|suffocat\w*"
    r"|wheezing|faint(?:ed|ing)|collapsed(?! the)|swept (?:out|away)|noose|mauled|bomb|arson"
    r"|stalk(?:er|ing)|trespass\w*|intruders?|thrown (?:out|from)|impaled"
    r"|miscarr\w+|turned (?:gr[ea]y|purple)|frostbite|hypothermi\w*)\b"
)
"""Words that hardly anybody says to a shop or a clinic who is not in danger, idioms apart."""

SOMEBODY = re.compile(rf"\b(?:i|my|me|we|us|our|him|her|his|them|their|{_OTHER}|{_KIN})\b")

EMERGENCY_IF_NOW = re.compile(
    phrases(rf"""
    \b(?<!almost )(?<!nearly )(?:had|suffered|suffering) (?:a|an) (?:\w+ )?(?:heart attack|seizure)\b
    \b(?:had|suffered|suffering) (?:a|an) (?:(?!breast|four|two|back)\w+ )?stroke\b(?! (?:of|engine|class))
    \b(?:{_OTHER}|burglars?|robbers?|thie(?:f|ves)) (?:\w+ ){{0,3}}(?:broke|broken) (?:in\b|into|down (?:my|our|the)|through|(?:my|our|the) (?:\w+ )?(?:door|window)s?(?: down| in)?)(?! (?:laughter|tears|song|a (?:\w+ )?(?:smile|run|sweat|grin)))
    \b(?:accident|crash|wreck|collision)\b.*\b(?:hurt|injured|bleeding|trapped|can not move|dead|unconscious|need help)\b
    \bhit by (?:a|an|the) (?:\w+ )?{_VEHICLE}\b
    \b(?:got|been|was|were|is) (?:\w+ )?run over\b
    \b(?:hit|banged|cracked|smashed) (?:my|his|her|their) head\b
    \b(?:broke|broken) (?:my|his|her) (?:hip|neck|back|spine)\b
""")  # noqa: E501
)
"""It may be the story of last year's: the words say so then."""
