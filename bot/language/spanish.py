"""Spanish, as it is understood from Madrid to Buenos Aires, and polite to strangers."""

from collections.abc import Mapping
from pathlib import Path

from bot.language.book import Book

_FILLERS: Mapping[str, tuple[str, ...]] = {
    "look_up_order": (
        "Déjeme buscarlo.",
        "Un segundo, estoy abriendo su pedido.",
        "Voy a buscar ese pedido.",
    ),
    "track_shipment": (
        "Déjeme ver dónde está.",
        "Un segundo, lo consulto con el transportista.",
        "Voy a ver por dónde va.",
    ),
    "start_return": (
        "Déjeme prepararlo.",
        "Un segundo, estoy preparando la devolución.",
        "De acuerdo, me encargo de eso.",
    ),
    "find_appointments": (
        "Déjeme mirar la agenda.",
        "Un segundo, estoy buscando horas libres.",
        "Voy a ver qué queda libre.",
    ),
    "book_appointment": (
        "Déjeme reservarla.",
        "Un segundo, la estoy apuntando.",
        "De acuerdo, voy a reservarla.",
    ),
    "cancel_appointment": (
        "Déjeme buscar esa cita.",
        "Un segundo, lo estoy mirando.",
        "De acuerdo, me encargo de eso.",
    ),
    "get_weather": (
        "Déjeme mirar el tiempo.",
        "Un segundo, estoy mirando el pronóstico.",
        "Vamos a ver.",
    ),
    "talk_to_human": (
        "Déjeme ver quién está disponible.",
        "Un segundo, voy a buscar a alguien.",
        "Voy a buscar a un compañero.",
    ),
    "end_call": (),
}


class Spanish(Book):
    """Echo's words in Spanish (`LANGUAGES`); in English they are where each part is set."""

    persona: Path = Path(__file__).with_name("persona_es.md")
    greeting: str = "Hola, soy Echo, de Acme. ¿En qué puedo ayudarle?"
    disclosure: str = "Está hablando con una inteligencia artificial."
    apology: str = "Lo siento, algo ha fallado por mi parte. ¿Puede repetirlo, por favor?"
    breakdown: str = (
        "Lo siento, tengo una avería y no puedo seguir. Por favor, vuelva a llamar más tarde."
    )
    breakdown_handover: str = (
        "Lo siento, tengo una avería y no puedo seguir. Le paso con un compañero."
    )
    bridge: str = "Como le decía,"
    fillers: Mapping[str, tuple[str, ...]] = _FILLERS
    fillers_otherwise: tuple[str, ...] = (
        "Un momento, por favor.",
        "Un segundo.",
        "Déjeme comprobarlo.",
    )
    fillers_still: tuple[str, ...] = (
        "Sigo buscando, un momento.",
        "Está tardando un poco más, no cuelgue, por favor.",
        "Ya casi está, gracias por esperar.",
    )
    silence_questions: tuple[str, ...] = (
        "¿Sigue ahí?",
        "No le oigo. ¿Sigue ahí?",
    )
    silence_goodbye: str = (
        "Sigo sin oírle, así que voy a colgar. Vuelva a llamar, por favor. ¡Adiós!"
    )
    long_talk: str = "Le sigo. Para estar seguro: ¿con qué quiere que le ayude primero?"
    refusal: str = "Lo siento, eso no se lo puedo decir."
    loop_question: str = "¿Sigue ahí? Oigo una y otra vez lo mismo. Si está, diga que sí."
    loop_goodbye: str = (
        "Sigo oyendo solo lo mismo, así que voy a colgar. Vuelva a llamar, por favor. ¡Adiós!"
    )
    limit_warning: str = "Le aviso de que nos queda más o menos un minuto de llamada."
    limit_goodbye: str = (
        "Se nos ha acabado el tiempo y tengo que colgar. Vuelva a llamar, por favor. ¡Adiós!"
    )
    emergency: str = "Si es una emergencia, cuelgue ahora mismo y marque el {number}."
    emergency_transfer: str = "No cuelgue. Le paso con emergencias."
    digits: tuple[str, ...] = (
        *("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
    )
    recording_question: str = "¡Hola! ¿Puedo grabar esta llamada? Puede decir que no."
    recording_thanks: str = "Gracias."
    recording_refused: str = "De acuerdo, no grabaré nada."
    goodbye: str = "Gracias por llamar. ¡Adiós!"
    connecting: str = "Le paso con un compañero. Su número de referencia es {reference}."
    switched: str = "Claro, sigamos en español. ¿En qué puedo ayudarle?"
    say_language: str = "es-ES"
    phone_apology: str = "Lo sentimos, esta llamada no puede continuar. Llame de nuevo más tarde."
    phone_busy: str = "Todas nuestras líneas están ocupadas. Llame de nuevo en un momento."
    phone_nobody: str = (
        "Lo siento, ahora mismo nadie puede atenderle. Un compañero le devolverá la llamada."
    )
    phone_hold: str = "No cuelgue, por favor: le cuento a un compañero de qué se trata."
    phone_back: str = (
        "Lo siento, ahora mismo nadie puede atenderle. Un compañero le devolverá la llamada. "
        "¿Puedo ayudarle en algo más?"
    )
    phone_voicemail: str = "Hola, soy Echo, de Acme. Por favor, devuélvanos la llamada. Adiós."
    text_booking: str = "Su cita en Acme: {bookings}."
    text_booked: str = "{moment}, a nombre de {name}"
    cartesia_voice: str = "d4db5fb9-f44b-4bd1-85fa-192e0f0d75f9"
    """"Spanish-speaking Lady", the voice of pipecat's own examples."""
    elevenlabs_voice: str = "EXAVITQu4vr4xnSDxMaL"
    """As in English: the model speaks every language with every voice."""
    openai_realtime_voice: str = "marin"
    """As in English: it speaks every language."""
