"""What Echo says by itself and no stage of the pipeline keeps, in the language of the call."""

from bot.house import House
from processors.idle import IdleLadder
from processors.long_talk import LongTalk
from processors.reticent import Reticence


class OwnWords:
    """One call's; whoever says them asks for them in the moment they are said."""

    def __init__(self, house: House) -> None:
        settings = house.settings
        self.ladder = IdleLadder(settings.silence)
        """To who has fallen silent."""
        self.talk = LongTalk(settings.talk)
        """To who goes on and on."""
        self.reticence = Reticence(house.confidential, settings.reticence)
        """In place of what the model was told."""
        self.disclosure = settings.disclosure
        """That it is an AI; empty where nobody has to be told."""

    def follow(self, house: House) -> None:
        """Go on as this one does, which speaks another language."""
        settings = house.settings
        self.ladder.follow(settings.silence)
        self.talk.follow(settings.talk)
        self.reticence.follow(settings.reticence)
        self.disclosure = settings.disclosure
