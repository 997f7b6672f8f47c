"""Keyword rules: what certain words mean for certain, in the order in which they outrank each other.

A rule names a tool or a topic of small talk; one whose tool is not on offer is skipped.
"""

import re
from collections.abc import Callable

_BOOKING = r"(?:appointments?|bookings?|reservations?|visits?|check-?\s?ups?|slots?|consultations?)"
_DOCTOR = r"(?:doctors?|dentists?|nurses?|physicians?|gps?|clinic|dr)"
_PARCEL = r"(?:package|parcel|shipment|delivery|box|letter|mail)"
_PERSON = (
    r"(?:(?:real |actual |live |human )?(?:person|human|people|human being)|some(?:one|body)"
    r"|agent|representative|rep|operator|supervisor|manager|colleague|staff|advisor|adviser"
    r"|employee|customer (?:service|support))"
)
_THING = r"(?:it|this|that|these|those|them|one|something|things?|item|items|stuff|order|back)"

_RULES: tuple[tuple[str, str], ...] = (
    ("who_are_you", r"\bare you (?:an? |actually |really |the )*(?:real|human|person|robot|bot|computer"
                    r"|machine|ai|recording)\b|\bwho are you\b|\bwhat is your name\b"
                    r"|\b(?:talking|speaking) (?:to|with) an? (?:robot|bot|machine|computer|human|ai"
                    r"|real person|recording)\b"),
    ("talk_to_human", rf"\b(?:talk|speak|connect|put|transfer|pass|get|give|want|need|let|reach|rather"
                      rf"|prefer|bring|forward|chat|hand)\b.*\b{_PERSON}\b|^(?:{_PERSON})(?: please)?$"
                      rf"|\b(?:human|representative|real person|live agent|operator)\b"),
    ("can_you_hear_me", r"\b(?:can|do) you hear me\b|\bare you (?:still )?(?:there|listening)\b"
                        r"|\b(?:anybody|anyone|somebody) (?:there|home)\b|^(?:hello )+hello$"),
    ("end_call", r"\b(?:good ?bye|bye|farewell|see you|hang up|end (?:the|this) call|talk to you later"
                 r"|that is (?:all|everything|it)(?! (?:right|wrong|i (?:know|have)))"
                 r"|that will be (?:all|everything|it)|nothing else|no more questions"
                 r"|i am (?:all )?(?:done|finished|all set|good thanks)|all set|take care"
                 r"|have a (?:nice|good|great|lovely|wonderful) (?:day|one|evening|weekend|night"
                 r"|afternoon|rest))\b"),
    ("repeat", r"\b(?:repeat (?:that|it|please|yourself)|say (?:that|it) (?:again|once more)|come again"
               r"|pardon(?: me)?$|what did you (?:just )?say|once more please|can you repeat"
               r"|(?:did not|could not|cannot) (?:hear|catch|understand) (?:you|that|what you))\b"
               r"|^(?:sorry )?(?:what|pardon|again|repeat)(?: was that)?$"),
    ("reschedule", rf"\b(?:reschedule|rebook|postpone|push back|move|change)\b.*\b{_BOOKING}\b"
                   r"|\breschedule\b|\bpostpone\b"),
    ("cancel_appointment", rf"\b(?:cancel|call off|scrap|delete|remove|drop|get rid of|undo|miss)\b"
                           rf".*\b(?:{_BOOKING}|{_DOCTOR})\b"
                           rf"|\b(?:cannot|can not|will not be able to|not able to|unable to) "
                           rf"(?:make|come|attend|get|keep)\b.*\b(?:it|{_BOOKING}|{_DOCTOR})\b"
                           rf"|\b{_BOOKING}\b.*\b(?:cancel(?:l?ed)?|call(?:ed)? off)\b"),
    ("unknown", r"\bcancel (?:my|the|an|this|that) (?:order|subscription|account|card|contract)\b"
                r"|\b(?:change|update) (?:my|the) (?:address|password|card|name|e-?mail)\b"
                r"|\bpassword\b|\b(?:pizza|joke|flight|hotel|restaurant)\b"
                r"|\b(?:place|make) an? (?:new )?order\b"),
    ("start_return", rf"\b(?:return|returning|refund(?:ed)?|exchange|money back)\b"
                     rf"|\b(?:send|bring|take|give|ship|sending|bringing|taking)\b.*\b{_THING}? ?back\b"
                     r"(?! in touch)"),
    ("get_weather", r"\b(?:weather|forecast|rain(?:ing|y)?|snow(?:ing|y)?|umbrella|sunny|sunshine"
                    r"|temperature|degrees|humid|windy|stormy?|cloudy|chilly|freezing"
                    r"|(?:how )?(?:hot|cold|warm)\b.*\b(?:in|outside|today|tomorrow|there)"
                    r"|like outside)\b"),
    ("book_appointment", rf"\b(?:book|schedule|reserve|make|set up|arrange|take)\b.*\b(?:{_BOOKING}|me in"
                         rf"|{_DOCTOR})\b|^(?:please |can you |could you )?book\b(?!.*\b(?:flight|hotel|table))"),
    ("find_appointments", rf"\b(?:see|visit|come (?:in|by|and see)|come to|meet)\b.*\b(?:{_DOCTOR}|for an?|you)\b"
                          rf"|\bcome in\b|\b{_BOOKING}\b|\b(?:openings?|availability|available (?:time|day|slot)s?)\b"
                          r"|\b(?:anything|something|what|time|times|you)\b.*\b(?:free|available|open)\b"
                          rf"|\b{_DOCTOR}\b"),
    ("track_shipment", rf"\b(?:track(?:ing)?|courier|carrier|postman|mailman|driver|van|truck|in transit"
                       rf"|arriv\w+|eta|ups|fedex|dhl|usps|out for delivery|on its way|on the way"
                       rf"|deliver(?:y|ed|ing)?|ship(?:ped|ment|ping)?|dispatched|sent out|gone out"
                       rf"|{_PARCEL}|get here|got here|be here|show(?:n|ed)? up|turn(?:ed)? up)\b"),
    ("look_up_order", r"\b(?:orders?|ordered|purchases?|bought|payment|invoice|receipt|status)\b"),
    ("slower", r"\b(?:too fast|slow(?:er)? down|speak slow(?:er|ly)|slower)\b"),
    ("wait", r"\b(?:(?:hold|hang) on|(?:one|a|just a|give me a) (?:moment|minute|second|sec|mo)"
             r"|bear with me|wait a|let me (?:check|look|find|see|get|grab))\b|^(?:(?:no|please|oh|okay|but) )*wait(?: wait)*(?: please)?$"),
    ("how_are_you", r"\bhow (?:are|is|has) (?:you|your|it|things?)\b.*(?:you|day|doing|going|things|been|today)?$"),
    ("what_can_you_do", r"\bwhat\b.*\b(?:can|do) you (?:do|help|offer|know)\b|\bhow can you help\b|^help(?: me)?$"
                        r"|\bwhat are my options\b|\bwhat services\b|\bcan you help me with\b"),
    ("thanks", r"\b(?:thanks|thank you|thank|cheers|much appreciated|appreciate it)\b"),
    ("hello", r"^(?:(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings|howdy|there|echo)\b ?)+$"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _RULES)


def matching(text: str, offered: Callable[[str], bool]) -> tuple[str, ...]:
    """The tools and topics whose rule fits the plain text, the strongest first."""
    return tuple(name for name, rule in _COMPILED if offered(name) and rule.search(text))
