"""The same in Spanish: phrases of people in need, most with the person in them."""

import re
import unicodedata

from processors.phrases import phrases


def is_emergency(text: str) -> bool:
    """Whether somebody's life, body or home is in danger as far as these words go."""
    return bool(_EMERGENCY.search(_EXPECTED_NO.sub(" ", _bare(text))))


def _bare(text: str) -> str:
    """Small letters without accents and marks: recognisers write both."""
    apart = unicodedata.normalize("NFD", text.lower())
    letters = "".join(each for each in apart if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^\w\s]", " ", letters).split())


_EXPECTED_NO = re.compile(
    r"\b(?:no (?:hay|es|tengo|tiene|estoy en|es una|es un)|sin|ningun[oa]?)(?: una?| ningun[oa]?)? "
    r"(?:dolor(?:es)?(?: en el| de)? pecho|infarto|fuego|incendio|emergencia|peligro)\b"
)
"""A caller who says that there is none."""

_WHOSE = r"(?:el|la|los|las|mi|mis|su|sus|tu|nuestr[oa]|un|una)"
_KIN = (
    r"(?:mujer|marido|esposo|esposa|hijo|hija|madre|padre|mama|papa|bebe|nino|nina|ninos|hermano"
    r"|hermana|abuelo|abuela|amigo|amiga|vecino|vecina|novio|novia|pareja|tio|tia|sobrino|sobrina"
    r"|primo|prima|companero|companera|jefe|hombre|senor|senora|chico|chica|persona|cliente"
    r"|paciente|alguien|gente)"
)
_HOME = r"(?:casa|piso|apartamento|departamento|edificio|cocina|garaje|habitacion|cuarto|oficina)"
_PAST = r"(?! (?:\w+ ){0,4}(?:el ano pasado|hace (?:\w+ )?(?:anos?|meses|semanas)|una vez))"
_BURNT = r"(?! (?:artificial(?:es)?|lento|de leña|amigo)\b)"

_PHRASES = rf"""
    \b(?:dolor(?:es)?|presion|opresion|punzadas?|quemazon|pinchazos?) (?:\w+ ){{0,3}}(?:en|de|sobre) (?:el |mi )?pecho\b
    \b(?:me|le) (?:duele|aprieta|oprime|quema|arde) (?:\w+ ){{0,2}}(?:el )?pecho\b
    \b(?:ataque (?:al|de) corazon|ataque cardiaco|paro cardiaco|infarto)\b{_PAST}
    \b(?:derrame cerebral|ictus|embolia|convulsion(?:es|ando)?|convulsiona)\b{_PAST}
    \b(?:se (?:me |le )?(?:ha |esta )?(?:paro|parado|parando|detuvo|detenido)|no (?:le |me )?late) (?:el )?corazon\b
    \bno (?:puedo|puede|podemos|pueden|logra|consigo|consigue) (?:\w+ )?respirar\b
    \bno (?:esta |estan |\w+ )?respira(?:ndo)?\b
    \b(?:dejo|ha dejado|deja) de respirar\b
    \b(?:me cuesta|le cuesta|cuesta mucho|apenas (?:puedo|puede)|dificultad(?:es)? para|problemas para) (?:\w+ )?respirar\b
    \bme falta (?:el )?aire\b
    \b(?:me|se) (?:estoy |esta |estan |ha |he |han )?(?:ahog(?:o|a|ando)|asfixi(?:o|a|ando)|atragant(?:o|a|ando|ado))\b(?! en (?:papeles|deudas|trabajo|vaso))
    \b(?:se (?:esta |estan )?(?:ahogando|asfixiando|atragantando))\b
    \b(?:esta|quedo|ha quedado|quede) inconsciente\b
    \b(?:perdio|ha perdido|perdi|pierde|perdido) (?:el conocimiento|la conciencia|el sentido)\b
    \bse (?:me )?(?:ha |acaba de )?(?:desmay(?:o|ado|ar)|desplom(?:o|ado|ar)|desvanec(?:io|ido))\b
    \bme (?:he |acabo de )?(?:desmay(?:e|ado|ar))\b
    (?<!pedido )(?<!paquete )(?<!envio )\bno (?:se )?(?:despierta|reacciona|responde a nada|se mueve|se despierta)\b
    \b(?:no (?:siento|siente|puedo mover|puede mover|mueve)) (?:el |la |los |las |un |una |medio )?(?:\w+ )?(?:brazos?|piernas?|cara|cuerpo|lado)\b
    \b(?:cara|boca|brazo|pierna) (?:se (?:me|le) )?(?:\w+ )?(?:torcid[oa]|caid[oa]|paralizad[oa]|dormid[oa] de golpe)\b
    \bse (?:esta |me esta |le esta )?desangr(?:a|o|ando)\b
    \b(?:me estoy|estoy) desangrando\b
    \bsangr(?:a|o|ando) (?:mucho|muchisimo|demasiado|sin parar|por todas partes|por la cabeza)\b
    \b(?:mucha|tanta|demasiada) sangre\b
    \bno (?:para|deja) de sangrar\b
    \bsangre por todas? partes?\b
    \b(?:me|le|les|nos|lo|la) (?:han |ha |acaban de )?(?:apunal(?:o|aron|ado|ada|ar)|dispar(?:o|aron|ado|ar)|acuchill(?:o|aron|ado))\b
    \b(?:tiroteo|hay disparos|estan disparando|esta disparando|un tirador)\b
    \b(?:tiene|tienen|lleva|con|saco|hay alguien con) (?:un arma|una pistola|un cuchillo|una navaja|un machete)\b(?! (?:de cocina|suizo|suiza|de mesa|jamonero))
    \bme (?:esta |estan )?(?:amenaz(?:a|o|an|ando|ado)|apuntando)\b
    \b(?:hay|tenemos) (?:un )?(?:fuego|incendio)\b{_BURNT}
    \b(?:se (?:esta |ha |me esta )?(?:quem(?:a|ando)|incendi(?:o|ado|ando)|prend(?:io|ido) fuego)) (?:\w+ )?{_WHOSE}? ?{_HOME}\b
    \b{_HOME} (?:\w+ )?(?:esta |se esta )?(?:en llamas|ardiendo|quemando|incendiando)\b
    \b(?:en llamas|veo llamas|hay llamas)\b
    ^(?:(?:ayuda|socorro|por favor|dios mio) )*(?:fuego|incendio)(?: fuego| por favor)*$
    \b(?:huele|olor|fuga|escape) (?:\w+ )?(?:a|de) gas\b
    \bmonoxido de carbono\b(?=.* (?:pita|pitando|suena|saltado|mareo|mareados?|fuga|intoxica\w+))
    \b(?:lleno|llena|llenando|llenandose) de humo\b
    \bhay (?:mucho )?humo\b
    \b(?:sale|entra|veo) (?:mucho )?humo\b
    \b(?:ha habido|hubo|hay) (?:una )?(?:explosion|amenaza de bomba|bomba)\b
    \b(?:ha )?explotado? (?:el|la|una|un) (?:bombona|caldera|gas|casa|edificio|tuberia)\b
    \b(?:estan|esta|han|ha) (?:entrando|entrado|intentando entrar|forzando|forzado) (?:a robar )?(?:en |a |la puerta)(?:mi |la |nuestra )?(?:casa|piso|puerta|ventana)?\b
    \bhay (?:un )?(?:ladron(?:es)?|intruso|intrusos|alguien|un hombre|un desconocido|un extrano) (?:\w+ )?(?:en|dentro de) (?:mi |la |nuestra )?{_HOME}\b
    \b(?:me|nos|la|lo|le) (?:esta |estan |han |ha )?(?:atac(?:a|o|an|aron|ando|ado)|agred(?:io|ido|iendo)|viol(?:o|aron|ado|ando)|secuestr(?:o|aron|ado)|estrangul(?:a|ando)|golpe(?:a|ando)|peg(?:a|ando))\b(?! (?:los precios|la factura|el sol|un susto|la gana))
    \b(?:quiere|quieren|va a|van a|intenta|intento|amenaza con|trata de) matar(?:me|nos|la|lo|se)\b
    \b(?:me|nos) (?:quiere|quieren|va a|van a|esta) (?:a )?mata(?:r|ndo)\b
    \b(?:quiero|voy a|pienso en|pensando en|intento|he intentado|intente) (?:matarme|suicidarme|quitarme la vida|morir(?:me)?|hacerme dano|cortarme las venas)\b
    \b(?:se quiere|quiere|intenta|ha intentado|intento|va a) (?:matarse|suicidar(?:se)?|quitarse la vida|tirarse)\b
    \bse (?:quiere|va a|ha intentado|intenta) (?:matar|suicidar|quitar la vida|tirar por)\b
    \bme (?:quiero|voy a) (?:matar|suicidar|quitar la vida|morir)\b(?! de (?:risa|verguenza|ganas|hambre|sed|aburrimiento))
    \b(?:acabar|terminar) con (?:mi|su) vida\b
    \bno quiero (?:seguir )?vivi(?:r|endo)\b(?! (?:en|con|aqui|alli|ahi))
    \b(?:sobredosis|me tome (?:todas las|un monton de) pastillas|se (?:ha )?tomado? (?:\w+ )?(?:un bote|todas las|un monton de|demasiadas) (?:de )?(?:pastillas|medicinas|medicamentos))\b
    \b(?:se (?:ha )?trag(?:o|ado)|ha bebido|bebio|se ha bebido) (?:\w+ )?(?:lejia|veneno|detergente|una pila|matarratas|amoniaco|gasolina)\b
    \b(?:envenenad[oa]|intoxicad[oa]|electrocutad[oa])\b(?! (?:el ano|hace))
    \b(?:reaccion alergica grave|shock anafilactico|choque anafilactico|anafilaxia)\b
    \bse (?:me |le )?(?:esta )?(?:hinchando|cerrando|cierra|hincha) (?:la )?(?:garganta|lengua)\b
    \b(?:accidente) (?:\w+ ){{0,4}}(?:heridos?|atrapad[oa]s?|grave)\b
    \b(?:acabo|acabamos) de (?:tener|ver) un accidente\b
    \b(?:atropell(?:o|aron|ado|ada))\b{_PAST}
    \b(?:esta|estan|estoy|estamos|quedo|quedado) atrapad[oa]s?\b(?! en (?:el atasco|un atasco|el trafico|el menu))
    \b(?:se (?:ha )?ca(?:yo|ido)) (?:\w+ ){{0,3}}(?:por la ventana|del balcon|del tejado|por las escaleras|al agua|a la piscina|de la cabeza)\b
    \b(?:llam[ea]\w*|necesito|necesitamos|manden|envien|pid[ae]n?) (?:a |al |una |la |un |por favor )*(?:ambulancia|policia|bomberos|911|112|emergencias)\b
    \b(?:esto|es|tengo|tenemos) (?:es )?una emergencia\b(?! (?:de fontaneria|dental|de cerrajero))
    ^(?:emergencia|socorro|auxilio)(?: (?:emergencia|socorro|auxilio|ayuda|por favor))*$
    \b(?:me (?:estoy )?mue?r(?:o|iendo))\b(?! de (?:risa|verguenza|ganas|hambre|sed|aburrimiento|calor|frio|sueno|curiosidad))
    \bse (?:esta |me esta |nos )?mue?r(?:e|iendo)\b(?! de (?:risa|verguenza|ganas|hambre|sed|aburrimiento|calor|frio|sueno|curiosidad))
    \b{_KIN} (?:\w+ )?(?:esta|parece) muert[oa]\b(?! de)
    \b(?:esta de parto|estoy de parto|he roto aguas|rompio aguas|rompi aguas|viene el bebe|ya viene el nino)\b
    \bno (?:le )?(?:encuentro|tiene|noto|siento) (?:el )?pulso\b
    \b(?:se esta poniendo|se puso|esta) (?:azul|morad[oa])\b(?! (?:claro|marino|la luz|el boton))
    \b(?:estoy|estamos|esta) en peligro\b(?! de extincion)
    \b(?:vida o muerte)\b
"""  # noqa: E501  a phrase is one line

_EMERGENCY = re.compile(phrases(_PHRASES))
