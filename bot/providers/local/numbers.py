"""Numbers as people say them, and as a recogniser writes them down."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_UNITS = {
    word: digit
    for digit, words in enumerate(
        ["zero oh o nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    )
    for word in words.split()
}
_TEEN_WORDS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TEENS = {word: 10 + i for i, word in enumerate(_TEEN_WORDS.split())}
_TENS = {
    word: 20 + 10 * i
    for i, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    )
} | {"fourty": 40}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_SCALES = {"hundred": 100, "thousand": 1000}
# A recogniser's spelling of a digit; believed only beside other digits.
_SOUND_ALIKES = {"to": "2", "too": "2", "for": "4", "fore": "4", "won": "1", "ate": "8"}
_LETTER_AS_IN = re.compile(r"\b([a-z])\s*,?\s+(?:as in|for|like|as)\s+(?!\d)([a-z]{3,})", re.I)
_SPELT = "\0"  # marks a letter that was explained, so that A and I are letters too
_SPELT_BEFORE = re.compile(
    rf"(?:(?<![\w'’])(?:[B-HJ-NP-Zb-hj-np-z]|(?<=\w )A|[AIO]{_SPELT})[\s,.\-{_SPELT}]+)+$"
)
_TOKEN = re.compile(r"[A-Za-z]+(?:\d[\w]*)?|\d+[A-Za-z]*")
_GAP = re.compile(r"[\s\-]*")


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """The digits of one number, and where it stands in the text it was read from."""

    digits: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


def plain_numerals(text: str) -> str:
    """The text with "1,042", "10-42" and "10.42" written as one numeral each."""
    return re.sub(r"(?<=\d)[,.\-–](?=\d)", "", text)


def numbers_in(text: str, *, expected: bool = False) -> tuple[SpokenNumber, ...]:
    """Every number in the text, in order: "ten forty-two" is 1042, "double four" is 44.

    Positions refer to `plain_numerals(text)`. With `expected`, the speaker was asked for a
    number, so that "for two" may begin one.
    """
    text = plain_numerals(text)
    runs = [_spoken(run) for run in _runs(text, expected=expected)]
    merged: list[SpokenNumber] = []
    for number in runs:
        if merged and _belongs_to(merged[-1], number, text):
            last = merged.pop()
            number = SpokenNumber(last.digits + number.digits, last.start, number.end)
        merged.append(number)
    return tuple(merged)


def identifiers_in(text: str, *, expected: bool = False) -> tuple[SpokenNumber, ...]:
    """Numbers that may begin with letters: "A as in apple one two three" is A123."""
    text = plain_numerals(_LETTER_AS_IN.sub(lambda match: f"{match[1].upper()}{_SPELT}", text))
    found = [
        _with_letters(number, text)
        for number in numbers_in(text, expected=expected)
        if not _is_time(number, text) and not text[: number.start].endswith("[card ending ")
    ]
    glued = [
        SpokenNumber(match[0].replace("-", "").upper(), match.start(), match.end())
        for match in re.finditer(r"\b[A-Za-z]{1,3}-?\d{3,}\b", text)
    ]
    taken = [(number.start, number.end) for number in glued]
    free = [n for n in found if not any(start <= n.start < end for start, end in taken)]
    return tuple(sorted([*glued, *free], key=lambda number: number.start))


def in_numerals(text: str) -> str:
    """The text in lower case with each number word as a numeral: "half past ten" -> "half past 10".

    Numbers are not joined: "ten thirty" becomes "10 30", "twenty-five" becomes "25".
    """
    words = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower()).split()
    written: list[str] = []
    for word in words:
        bare = word.strip(".,!?")
        tail = word[len(bare) :] if word.startswith(bare) else ""
        value = _small(bare)
        if value is None or bare == "o":
            written.append(word)
        elif 0 < value < 10 and written and _open_tens(written[-1]):
            written[-1] = f"{int(written[-1].strip('~')) + value}{tail}"
        else:
            written.append(f"{'0' if bare == 'oh' else value}{'~' if bare in _TENS else ''}{tail}")
    return " ".join(written).replace("~", "")


def _open_tens(word: str) -> bool:
    return word.endswith("~")


def _small(word: str) -> int | None:
    for table in (_UNITS, _TEENS, _TENS):
        if word in table:
            return table[word]
    return None


def _runs(text: str, *, expected: bool) -> list[list[_Token]]:
    """Neighbouring number words; letters, commas and full stops end a run."""
    tokens = [_Token(m[0].lower(), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    runs: list[list[_Token]] = []
    current: list[_Token] = []
    for i, token in enumerate(tokens):
        apart = not current or not _GAP.fullmatch(text, current[-1].end, token.start)
        after = tokens[i + 1].word if i + 1 < len(tokens) else ""
        if _counts(token.word, after, follows=not apart, expected=expected):
            if apart and current:
                runs.append(current)
                current = []
            current.append(token)
        elif current:
            runs.append(current)
            current = []
    return [run for run in [*runs, current] if any(_is_digit_word(token.word) for token in run)]


def _counts(word: str, after: str, *, follows: bool, expected: bool) -> bool:
    """Whether the word is part of a number, given its neighbours."""
    if _is_digit_word(word):
        return word != "o" or follows or _is_digit_word(after)
    if word in _TIMES:
        return _is_digit_word(after)
    if word in _SCALES:
        return follows
    if word in _SOUND_ALIKES:
        return (follows or expected) and (_is_digit_word(after) or after in _SOUND_ALIKES)
    if word in ("a", "and"):
        return after in _SCALES if word == "a" else follows and _is_digit_word(after)
    return False


def _is_digit_word(word: str) -> bool:
    return word.isdigit() or _small(word) is not None


def _spoken(run: Sequence[_Token]) -> SpokenNumber:
    while run[-1].word in ("and", "a"):
        run = run[:-1]
    words = [token.word for token in run]
    digits = ""
    while words:
        piece, words = _next_piece(words)
        digits += piece
    return SpokenNumber(digits, run[0].start, run[-1].end)


def _next_piece(words: list[str]) -> tuple[str, list[str]]:
    """The digits of the next word or words said as one, and the words after them."""
    if words[0] in _TIMES and len(words) > 1:
        piece, rest = _next_piece(words[1:2])
        return piece * _TIMES[words[0]], [*rest, *words[2:]]
    cardinal, rest = _cardinal(words)
    if cardinal is not None:
        return str(cardinal), rest
    if words[0] in _SOUND_ALIKES:
        return _SOUND_ALIKES[words[0]], words[1:]
    if words[0].isdigit():
        return words[0], words[1:]
    value, rest = _below_hundred(words)
    return ("" if value is None else str(value)), rest if value is not None else words[1:]


def _cardinal(words: list[str]) -> tuple[int | None, list[str]]:
    """One thousand (and) forty-two: a number with a scale in it, else None."""
    first, rest = (1, words[1:]) if words[0] == "a" else _below_hundred(words)
    if first is None or not rest or rest[0] not in _SCALES:
        return None, words
    total, scale, rest = first * _SCALES[rest[0]], _SCALES[rest[0]], rest[1:]
    if scale == 100 and rest[:1] == ["thousand"]:
        return total * 1000, rest[1:]
    tail = rest[1:] if rest[:1] == ["and"] else rest
    if not tail:
        return total, []
    more, after = _cardinal(tail) if scale == 1000 else (None, tail)
    if more is None:
        more, after = _below_hundred(tail)
    if more is None and scale == 1000 and tail[0].isdigit() and len(tail[0]) == 3:
        more, after = int(tail[0]), tail[1:]
    return (total, rest) if more is None else (total + more, after)


def _below_hundred(words: list[str]) -> tuple[int | None, list[str]]:
    if not words:
        return None, words
    word, rest = words[0], words[1:]
    if word in _TENS:
        if rest and 0 < _UNITS.get(rest[0], 0) < 10:
            return _TENS[word] + _UNITS[rest[0]], rest[1:]
        return _TENS[word], rest
    if word.isdigit() and len(word) <= 2 and not word.startswith("0"):
        return int(word), rest
    value = _small(word)
    return value, rest if value is not None else words


def _belongs_to(last: SpokenNumber, number: SpokenNumber, text: str) -> bool:
    """Whether "five eight, two one, three" goes on: short groups with only a pause between."""
    pause = re.fullmatch(r"[\s,.…]*(?:uh+|um+|er+)?[\s,.…]*", text[last.end : number.start])
    alone = re.match(r"\s*(?:[,.…!?]|please\b|$)", text[number.end :])
    short = len(last.digits) < 3 or len(number.digits) < 3
    return bool(pause and alone and short)


def _is_time(number: SpokenNumber, text: str) -> bool:
    return bool(re.match(r"\s*(?:[ap]\.?\s?m\b|o'?clock)", text[number.end :], re.I))


def _with_letters(number: SpokenNumber, text: str) -> SpokenNumber:
    """The number with the single letters spelled right before it; "a" only as a capital."""
    letters = _SPELT_BEFORE.search(text, 0, number.start)
    if not letters:
        return number
    spelled = re.sub(r"[^A-Za-z]", "", letters[0]).upper()
    return SpokenNumber(spelled + number.digits, letters.start(), number.end)
