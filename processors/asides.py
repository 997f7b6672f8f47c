"""Whether what is said while Echo speaks is said to somebody else in the room.

What one has to do there is outside any call, so it is known by its words; English only.
"""

import re

from processors.first_names import FIRST_NAMES
from processors.phrases import phrases


def told_somebody_else(said: str) -> str:
    """Why plain words are not for Echo, in words that hold none of them; "" if they may be."""
    if _ASIDE.search(said):
        return "said to somebody else"
    if (called := _CALLED.match(said)) and called[1] in FIRST_NAMES:
        return "calls somebody by name"
    return ""


_DEAREST = (
    r"(?:honey|hon|sweetie|sweetheart|darling|babe|baby|mom|mum|mommy|mummy|dad|daddy"
    r"|grandma|grandpa|kids?|guys)"
)
_ANYBODY = r"(?:dear|buddy|boys|girls|mate|dude|bro|son)"
"""So an agent is called as well, and words that sound alike end many sentences."""
_TOLD_OF = "".join(
    rf"(?<!\b{word} )"
    for word in ("my", "the", "a", "your", "our", "his", "her", "for", "and", "with", "to")
)
"""Who is told of is not called: "my mom", "for the kids"."""
_CALLING = (
    r"(?:(?:hey|no|okay|oh|yes|yeah|please|hang on|hold on|wait|one second|sorry|stop|come on|bye"
    r"|hi|thanks|just a (?:second|minute|moment)) )*"
)
_PLEASE = r"(?:(?:please|just|now|no|and|hey|okay) )*"
_ASKS = rf"^{_PLEASE}(?:(?:can|could|will|would) (?:you|someone|somebody) )?(?:please |just )?"
"""What follows is an order or a request: to tell of one's own is another thing."""
_DOES = (
    r"(?:get|grab|bring|pass|hand|feed|walk|wash|clean|lock|close|open|shut|move|pick up|take out"
    r"|find|hold|carry|fetch|answer|turn|switch|leave|put|touch|watch|give|fill|set|empty)"
)
_AT_HOME = (
    r"(?:dog|cat|baby|kettle|tv|television|radio|music|stove|oven|dish(?:es)?|laundry|trash|groceries"
    r"|diapers?|homework|keys|shoes|glasses|wallet|jacket|coat|charger|remote|doors?|windows?|fridge"
    r"|curtains?|gate|lights?|heater|milk|eggs|tap|toys?)"
)
_INDOORS = (
    r"(?:table|floor|couch|sofa|bed|kitchen|bathroom|bedroom|fridge|freezer|sink|stove|oven"
    r"|counter|dishwasher)"
)
_THEIRS = (
    r"(?:sister|brother|mother|father|mom|mum|dad|grandma|grandpa|aunt|uncle|cousin|teacher"
    r"|hands?|face|hair|teeth|feet|mouth|pajamas|toys?|homework)"
)
"""What an agent has not: "your sister" is another person's."""
_ASIDE_CUES = phrases(
    rf"""
    ^{_CALLING}(?:{_DEAREST}|{_ANYBODY})\b
    {_TOLD_OF}\b{_DEAREST}$
    \bi'm (?:still |just )?on (?:the|a) (?:phone|call)\b
    \b(?:i'm (?:still |just )*|they (?:have )?put me )on hold\b
    ^not you\b(?! again)
    \bi'm (?:not )?(?:talking|speaking) (?:to|with) (?:someone|somebody|you)\b
    \bi'm (?:\w+ )?(?:almost|nearly) (?:done|finished)\b
    \bi'?ll be (?:right )?(?:there|with you|down|off|done|back)(?: in a \w+| soon| now)?$
    \bsee you (?:tonight|at home|at dinner)\b
    \b(?:love you|good ?night|sleep tight)\b
    {_ASKS}(?:hurry up|watch out|look out|let go|come (?:here|in|over here)|sit down|quiet down)\b
    {_ASKS}(?:go (?:away|outside|inside|to bed)|get (?:off|down|away)|look at this|watch this)\b
    {_ASKS}(?:stop|quit|no) (?:barking|running|hitting|fighting|yelling|screaming|jumping|crying)\b
    {_ASKS}(?:stop|quit|no) \w+ing (?:him|her|your|the|on|in)\b
    {_ASKS}(?:don't|do not) (?:touch|eat|hit|push|pull|bite|climb|throw|jump|run|wake|tease|cry)\b
    {_ASKS}{_DOES} (?:(?!at|to|from|with)\w+ ){{0,2}}(?:the|your|my|that|some) {_AT_HOME}\b
    {_ASKS}{_DOES} (?:off |on |down |up )(?:the|your|that) {_AT_HOME}\b
    {_ASKS}(?:put|set|leave|sit|wait) (?:\w+ ){{0,3}}(?:on|in|under) (?:the|your) {_INDOORS}\b
    {_ASKS}put (?:it|that|this|them|those) (?:down|away|over there|there|back)$
    {_ASKS}(?:put (?:on )?your \w+(?: on)?|turn (?:it|that|this) (?:down|off))$
    {_ASKS}wait (?:for me )?(?:in the car|outside|downstairs|by the door)\b
    {_ASKS}give (?:it|him|her|them) (?:it |that )?back\b
    {_ASKS}say (?:hi|hello|goodbye|sorry|thank you) to\b
    {_ASKS}(?:pass|hand) me the\b
    {_ASKS}tell (?:him|her|them) i'?ll (?:call|be)\b
    ^(?:the|your) \w+(?:'s| is| are) (?:still )?(?:on|in|under) (?:the|your) {_INDOORS}\b
    \byou can't (?:have|play|watch) (?!my|the|a|an)\b
    \bleft the {_AT_HOME} (?:on|open|running)\b
    \byour {_THEIRS}\b
    \bdid you (?:lock|feed|wash|eat|brush|clean|walk|water)\b
    \b(?:dinner|lunch|breakfast)(?:'s| is)? (?:ready|time|almost)\b
    \bis (?:dinner|lunch|breakfast) ready\b
    \b(?:good|bad) (?:boy|girl|dog)\b
    \b(?:where(?:'s| is| are)|have you seen) (?:my|the) (?:keys|glasses|charger|remote|homework)\b
    \b(?:who's|who is|somebody's|someone's) at the door\b
    ^(?:do |would )?you (?:like|want) (?:some |a )?(?:tea|coffee|lunch|dinner|sandwich|drink)\b
    """
)
_ASIDE = re.compile(_ASIDE_CUES)
"""Cues that someone in the room is spoken to. What one has to do there is outside any call."""
_CALLED = re.compile(
    r"^(?:hey |oh |no |okay |yes |yeah )*(\w+) (?:hey |no |please |just )*"
    r"(?:stop|don't|come|go|put|get|give|take|leave|look|wait|sit|stay|be|hurry|hold|let|open|close"
    r"|turn|bring|say|watch|help|(?:can|could|will|would|have|did|do|are|were) you"
    r"|where(?:'s| is| are)|what(?:'s| is| are)|who(?:'s| is))\b"
)
"""Somebody's name, and what they shall do."""
