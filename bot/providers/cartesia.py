"""Cartesia as Echo uses it: by the clause, from memory where it can."""

from pipecat.services.cartesia.tts import CartesiaTTSService

from bot.providers.clauses import ByClause
from bot.providers.in_turn import InTurn
from bot.providers.opening import OpensByHeart


class Cartesia(  # pyright: ignore
    OpensByHeart, ByClause, InTurn, CartesiaTTSService
):
    """Given a clause at a time, which it speaks at once: of tokens it would wait for a sentence."""

    fluent = True
