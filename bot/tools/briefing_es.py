"""What a colleague who is spoken to in Spanish is told."""

from bot.tools.briefing import Briefing

SPANISH = Briefing(
    caller="Soy Echo, con alguien que llama.",
    caller_from="Soy Echo, con alguien que llama desde el {number}.",
    speaks={"en": "Habla inglés."},
    about="Se trata de esto: {words}",
    said="Ha dicho: {words}",
    person="Quiere hablar con una persona.",
    done="Hasta ahora {words}.",
    told="Lo último que le he dicho es: {words}",
    and_="y",
    deeds={
        "look_up_order": "he buscado un pedido",
        "track_shipment": "he mirado dónde está un envío",
        "start_return": "he empezado una devolución",
        "find_appointments": "he buscado citas libres",
        "book_appointment": "me he ocupado de reservar una cita",
        "cancel_appointment": "me he ocupado de cancelar una cita",
        "get_weather": "le he dicho el tiempo",
        "text_confirmation": "le he mandado una confirmación por mensaje",
    },
)
