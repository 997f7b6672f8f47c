import pytest

from processors.said_over import asked_in, is_certain, meant

LISTENING = """uh-huh|Uh huh.|Mm-hmm.|mhm|Mmm.|right|Right, right.|Okay.|okay okay|yeah|Yeah, yeah.
I see.|Got it.|Oh, okay.|Alright.|all right|Sure.|Oh really?|That makes sense.|Okay, great.|Wow.
Good to know.|Fair enough.|Thank you.|Aha.|Oh, I see.|Sounds good.|Go on.|Yes.|Perfect, thanks.
That's nice.|How interesting.|Oh, that's funny.|Very good."""
STOPS = """Stop.|Wait.|Hold on.|Hang on a second.|Okay, stop.|Wait wait wait.|One moment, please.
Never mind.|Please stop.|Yeah, hold on.|That's enough.|Okay, enough.|Hello?|Let me stop you there.
Excuse me, can I say something?|Just a second.|Could I interrupt you?|Shut up."""
CORRECTIONS = """No.|No, the blue one.|Nope.|Actually, I meant Thursday.|No wait, that's wrong.
I said ten forty-three.|That's not my order.|Not that one.|Sorry, I meant the lamp.|Make it Friday.
Oh no, it's the other address.|That isn't right.|You misheard me.|Yeah, but I didn't order that."""
QUESTIONS = """What about the refund?|How much is it?|Can I pay by card?|When does it arrive?|What?
Okay, and where is it now?|Do you deliver on Sunday?|Sorry?|Pardon me?|Is there anything earlier?
Where is my parcel?|What is your number?|Is there a fridge in the kitchen?|Where's my driver?
Say that again.|Right, so who signs for it?|Why is it late?|And how long does that take?"""
ASIDES = """Honey, can you get the door?|I'm on the phone.|Turn the TV down, please.|Not you.
Mom, I'm on a call.|Put that down.|Come here, buddy.|I'll be right there.|Hang on, honey.
Don't touch that!|Is dinner ready?|They put me on hold.|Where are my keys?|Can you feed the dog?
Tommy, stop that.|Anna, can you come down?|No, Max, don't.|Have you seen my glasses?|Give it back.
I'm talking to somebody.|I'm almost done.|Who left the lights on?|Did you call your brother?
Leave it on the kitchen table.|You can't have more sweets.|Good night.
Wait for me in the car.|The coffee is in the kitchen.|Put your shoes on.
Kids, keep it down.|Did you lock the back door?|Stop barking!|Tell her I'll call back."""
TICS = "|um|Uh.|Erm.|[cough]|(coughs)|*sneeze*|Ahem.|Hmm hmm|uh um|Ah."
TURNS = """I want to book an appointment.|Tuesday would be better.|My order is ten forty-two.
My name is Tom Miller.|Put it on my account.|Leave it at the door.|Thomas Green.
This is Anna.|Laura Bennett is my name.|I sat on the phone for an hour.
The driver left the package out in the rain.|I was talking to the other agent.
I want to return the shoes.|Someone stole my wallet.|My mom bought it for me.|It's for the kids.
I've been on hold for an hour.|We'll be there at seven.|I never got the kettle.
Put me down for Tuesday.|Put it back on my card.|The TV is broken.|I'd rather come in person.
My baby has a fever.|Please cancel the jacket.|I'd like some tea.|I'm on my phone.
Tell them I'm waiting.|I'm almost ready.|Put it on Friday.|See you at five.
The second one.|I'd like to speak to a person.|Book it for nine."""


def phrases(text: str) -> list[str]:
    return [phrase for line in text.split("\n") for phrase in line.split("|")]


@pytest.mark.parametrize("text", phrases(LISTENING))
def test_a_listener_is_not_taken_for_a_speaker(text):
    assert meant(text)[0] == "backchannel"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(("stop", text) for text in phrases(STOPS)),
        *(("correction", text) for text in phrases(CORRECTIONS)),
        *(("question", text) for text in phrases(QUESTIONS)),
        *(("aside", text) for text in phrases(ASIDES)),
        *(("tic", text) for text in phrases(TICS)),
        *(("turn", text) for text in phrases(TURNS)),
    ],
)
def test_words_say_what_the_caller_wants(kind, text):
    assert meant(text)[0] == kind


@pytest.mark.parametrize("text", phrases(STOPS + "|" + CORRECTIONS))
def test_whoever_objects_is_never_taken_for_a_listener(text):
    for asked in ("", "yes or no", "something"):
        assert meant(text, asked)[0] not in ("backchannel", "tic", "aside")


@pytest.mark.parametrize(
    ("bot_said", "asked"),
    [
        ("Shall I book it for Tuesday?", "yes or no"),
        ("I found one at nine. Would you like", "yes or no"),
        ("Is that right? I can also look for another day.", "yes or no"),
        ("So that is a return of the desk lamp, is that", "yes or no"),
        ("What is your order number?", "something"),
        ("Which day would suit", "something"),
        ("Do you prefer the morning or the afternoon?", "something"),
        ("Your order arrives on Tuesday. It was sent on", ""),
        ("Is that right? I can look. Your order is on its way.", ""),
        ("", ""),
    ],
)
def test_knows_what_was_just_asked(bot_said, asked):
    assert asked_in(bot_said) == asked


@pytest.mark.parametrize(
    "text", ["Yes.", "Yeah, please.", "Okay.", "Right.", "Uh-huh.", "No.", "Sure"]
)
def test_yes_after_a_yes_or_no_question_is_an_answer(text):
    assert meant(text, "yes or no")[0] == "answer"


@pytest.mark.parametrize("text", ["Uh-huh.", "Okay.", "Mm-hmm."])
def test_a_question_for_something_is_not_answered_by_listening(text):
    assert meant(text, "something")[0] == "backchannel"


def test_only_a_stop_that_can_become_nothing_else_is_certain():
    assert all(
        is_certain(text) for text in phrases("Stop.|Wait|No wait|Please stop talking|Okay, stop")
    )
    assert not any(map(is_certain, phrases("Hang on|Stop barking|One moment|No|Okay")))


@pytest.mark.parametrize(
    ("text", "asked", "kind"),
    [
        ("Ajá.", "", "backchannel"),
        ("Sí, sí.", "", "backchannel"),
        ("Vale, claro.", "", "backchannel"),
        ("Sí.", "yes or no", "answer"),
        ("Sí, por favor.", "yes or no", "answer"),
        ("No, gracias.", "yes or no", "answer"),
        ("Espere, por favor.", "", "stop"),
        ("Un momento.", "", "stop"),
        ("No, el martes.", "", "correction"),
        ("Quiero más información.", "", "turn"),
        ("Más.", "", "turn"),
    ],
)
def test_spanish_is_understood_over_echos_voice(text: str, asked, kind: str):
    assert meant(text, asked)[0] == kind


def test_spanish_questions_ask_for_something_or_for_a_yes():
    assert asked_in("¿La reservo?") == "yes or no"
    assert asked_in("¿Cuál es su número de pedido?") == "something"
    assert asked_in("¿A qué hora le viene bien?") == "something"
