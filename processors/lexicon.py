"""The order in which words are judged that may tell of an emergency, in any language (pure)."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What people in need say in one language."""

    always: re.Pattern[str]
    """Tells of an emergency whatever else is said."""
    long_ago: re.Pattern[str]
    """A story of what has long been over."""
    if_now: re.Pattern[str]
    """Tells of one unless it is such a story."""
    business: re.Pattern[str]
    """What callers speak of who have the time."""
    unless_business: re.Pattern[str]
    """Tells of one unless they speak of that, either."""
    danger: re.Pattern[str]
    """Words that hardly anybody says who is not in danger, idioms apart."""
    idiom: re.Pattern[str]
    """Those words where there is no danger."""
    somebody: re.Pattern[str] = re.compile("")
    """Who has to be spoken of, for such a word to count."""

    def tells_of_one(self, said: str) -> bool:
        """Whether these words, made ready as the patterns expect them, tell of an emergency."""
        if self.always.search(said):
            return True
        if self.long_ago.search(said):
            return False
        if self.if_now.search(said):
            return True
        if self.business.search(said):
            return False
        return bool(self.unless_business.search(said)) or self._somebody_in_danger(said)

    def _somebody_in_danger(self, said: str) -> bool:
        in_danger = self.danger.search(self.idiom.sub(" ", said))
        return bool(in_danger and self.somebody.search(said))
