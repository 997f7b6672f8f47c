"""The same in Spanish: phrases of people in need, most with the person in them."""

import re
import unicodedata

from processors.lexicon import Lexicon
from processors.phrases import phrases


def is_emergency(text: str) -> bool:
    """Whether somebody's life, body or home is in danger as far as these words go."""
    said = _EXPECTED_NO.sub(" ", _NUMBER_SPOKEN.sub("911", _bare(text)))
    return _SPANISH.tells_of_one(said)


def _bare(text: str) -> str:
    """Small letters without accents and marks: recognisers write both."""
    apart = unicodedata.normalize("NFD", text.lower())
    letters = "".join(each for each in apart if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^\w\s]", " ", letters).split())


_NUMBER_SPOKEN = re.compile(
    r"\b(?:nueve (?:once|uno uno)|uno uno dos|ciento doce|9 1 1|1 1 2|112|uno doce)\b"
    r"(?! (?:mil|pesos|euros|\d|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve))"
)
_EXPECTED_NO = re.compile(
    r"\b(?:no (?:hay|es|tengo|tiene|estoy en|es una|es un)|sin|ningun[oa]?)(?: una?| ningun[oa]?)? "
    r"(?:dolor(?:es)?(?: en el| de)? pecho|infarto|fuego|incendio|humo|emergencia|peligro"
    r"|heridos?)\b"
    r"|\bno (?:me|le) duele (?:nada )?el pecho\b|\b(?:ya )?no (?:huele|sale) (?:a gas|humo)\b"
    r"|\bnadie (?:\w+ )?(?:sangrando|herido|herida|muerto)\b"
)
"""A caller who says that there is none."""

_WHOSE = r"(?:el|la|los|las|mi|mis|su|sus|tu|nuestr[oa]|un|una)"
_KIN = (
    r"(?:mujer|marido|esposo|esposa|hijo|hija|hijos|madre|padre|mama|papa|bebe|nino|nina|ninos|hermano"
    r"|hermana|abuelo|abuela|amigo|amiga|vecino|vecina|novio|novia|pareja|tio|tia|sobrino|sobrina"
    r"|primo|prima|companero|companera|jefe|hombre|senor|senora|chico|chica|persona|cliente"
    r"|paciente|alguien|gente|muchacho|muchacha|suegro|suegra|nieto|nieta)"
)
_INTRUDER = (
    r"(?:ladron(?:es)?|hombres?|tipos?|desconocidos?|extranos?|sujetos?|intrusos?|encapuchados?)"
)
_SOMEBODY = rf"(?:alguien|ladron(?:es)?|(?:un|una|unos|dos|varios) (?:\w+ )?{_INTRUDER})"
_HOME = (
    r"(?:casa|piso|apartamento|departamento|edificio|cocina|garaje|habitacion|cuarto|oficina|coche"
    r"|carro|auto|camion|sala)"
)
_PAST = r"(?! (?:\w+ ){0,4}(?:el ano pasado|hace (?:\w+ )?(?:anos?|meses|semanas)|una vez))"
_BURNT = r"(?! (?:artificial(?:es)?|lento|de leña|amigo)\b)"
_PILLS = r"(?:pastillas|pildoras|medicinas|medicamentos|tabletas|calmantes|somniferos)"
_POISON = (
    r"(?:lejia|cloro|veneno|detergente|pilas?|matarratas|raticida|amoniaco|gasolina|insecticida"
    r"|blanqueador|thinner|acido|aguarras|anticongelante|limpiador|imanes|un iman)"
)
_SNAKE = r"(?:vibora|serpiente|culebra|cobra|cascabel|alacran|escorpion|tiburon)"
_THING = (
    r"(?:pantalla|control|boton|aplicacion|app|pagina|equipo|aparato|telefono|celular|movil|tele)"
)

_PHRASES = rf"""
    \b(?:dolor(?:es)?|presion|opresion|punzadas?|quemazon|pinchazos?) (?:\w+ ){{0,3}}(?:en|de|sobre) (?:el |mi )?pecho\b
    \b(?:me|le) (?:duele|aprieta|oprime|quema|arde) (?:\w+ ){{0,2}}(?:el )?pecho\b
    (?<!casi me da un )(?<!casi me dio un )(?<!casi le da un )\b(?:ataque (?:al|de) corazon|ataque cardiaco|paro cardiaco|infarto)\b{_PAST}
    \b(?:derrame cerebral|ictus|embolia|convulsion(?:es|ando)?|convulsiona)\b{_PAST}
    (?<!casi me )(?<!casi le )\b(?:dando|dio|da|ha dado) (?:un|una) (?:derrame|ataque|embolia|trombosis)\b(?! de (?:risa|nervios|tos))
    \b(?:se (?:me |le )?(?:ha |esta )?(?:paro|parado|parando|detuvo|detenido)|no (?:le |me )?late) (?:el )?corazon\b
    \bno (?:puedo|puede|podemos|pueden|logra|consigo|consigue) (?:\w+ )?respirar\b
    \bno (?:esta |estan |\w+ )?respira(?:ndo)?\b
    \b(?:dejo|ha dejado|deja) de respirar\b
    \b(?:me cuesta|le cuesta|cuesta mucho|apenas (?:puedo|puede)|dificultad(?:es)? para|problemas para) (?:\w+ )?respirar\b
    \b(?:me|le) falta (?:el )?aire\b(?! (?:acondicionado|comprimido))
    \b(?:me|se) (?:estoy |esta |estan |ha |he |han )?(?:ahog(?:o|a|ando)|asfixi(?:o|a|ando)|atragant(?:o|a|ando|ado))\b(?! en (?:papeles|papeleo|deudas|trabajo|correos|cajas|vaso|un vaso))
    \b(?:se (?:esta |estan )?(?:asfixiando|atragantando))\b
    \b(?:esta|quedo|ha quedado|quede) inconsciente\b
    \b(?:perdio|ha perdido|perdi|pierde|perdido) (?:el conocimiento|la conciencia|el sentido)\b
    \bse (?:me |nos )?(?:ha |acaba de )?(?:desmay(?:o|ado|ar)|desplom(?:o|ado|ar)|desvanec(?:io|ido))\b
    \bme (?:he |acabo de )?(?:desmay(?:e|ado|ar))\b
    \bme voy a desmayar\b
    (?<!pedido )(?<!paquete )(?<!envio )\bno (?:se )?(?:despierta|responde a nada|se mueve|se despierta)\b(?! (?:antes|tan|hasta|temprano))
    (?<!pantalla )(?<!control )(?<!aplicacion )(?<!telefono )(?<!celular )\bno reacciona\b(?! (?:el|la|mi|al) (?:\w+ )?{_THING})
    \b{_KIN} (?:ya |que )?no (?:me )?(?:responde|contesta)\b(?! (?:a )?(?:mis|los|las|el|la|al|por) )
    \b(?:no (?:siento|siente|puedo mover|puede mover|mueve)) (?:el |la |los |las |un |una |medio )?(?:\w+ )?(?:brazos?|piernas?|cara|cuerpo|lado)\b
    \b(?:cara|boca|brazo|pierna) (?:se (?:me|le) )?(?:\w+ )?(?:torcid[oa]|caid[oa]|paralizad[oa]|dormid[oa] de golpe)\b
    \b(?:arrastra|arrastrando) las palabras\b
    \bse (?:esta |me esta |le esta )?desangr(?:a|o|ando)\b
    \b(?:me estoy|estoy) desangrando\b
    \b(?:estoy|esta|estan) (?:\w+ )?sangrando\b
    \bsangr(?:a|o|ando) (?:mucho|muchisimo|demasiado|sin parar|por todas partes|por la cabeza)\b
    \b(?:mucha|tanta|demasiada) sangre\b
    \bno (?:para|deja) de sangrar\b
    \bsangre por tod[oa]s? (?:partes?|lados?)\b
    \b(?:cort(?:e|o|ado|arme|arse|ar)|abri(?:o|rme|rse)?) las (?:venas|munecas)\b
    \b(?:me|le|les|nos|lo|la) (?:han |ha |acaban de )?(?:apunal(?:o|aron|ado|ada|ar)|dispar(?:o|aron|ado|ar)|acuchill(?:o|aron|ado))\b
    \b(?:tiroteo|hay disparos|estan disparando|esta disparando|un tirador|balacera)\b
    \b(?:tiene|tienen|lleva|con|saco|hay alguien con) (?:un arma|una pistola|un cuchillo|una navaja|un machete)\b(?! (?:de cocina|suizo|suiza|de mesa|jamonero|en la portada|de juguete|de agua))
    \bme (?:esta |estan )?(?:amenaz(?:a|o|an|ando|ado)|apuntando)\b
    \b(?:hay|tenemos) (?:un )?(?:fuego|incendio)\b{_BURNT}
    \b(?:se (?:esta |ha |me esta )?(?:quem(?:a|ando)|incendi(?:o|ado|ando)|prend(?:io|ido) fuego)) (?:\w+ )?{_WHOSE}? ?{_HOME}\b
    \b{_HOME} (?:\w+ )?(?:esta |se esta )?(?:en llamas|ardiendo|quemando|incendiando)\b
    \bse (?:ha |me |nos )?(?:prend(?:io|ido) fuego|incendi(?:o|ado|ando))\b
    \b(?:en llamas|veo llamas|hay llamas)\b
    ^(?:(?:ayuda|socorro|por favor|dios mio) )*(?:fuego|incendio)(?: fuego| por favor)*$
    \b(?:huele|olor|fuga|escape) (?:\w+ )?(?:a|de) gas\b
    \bmonoxido de carbono\b(?=.* (?:pita|pitando|suena|sonando|saltado|mareo|mareados?|fuga|intoxica\w+))
    \b(?:lleno|llena|llenando|llenandose) de humo\b
    \bhay (?:mucho )?humo\b
    \b(?:sale|saliendo|entra|entrando|veo) (?:mucho )?humo\b
    \b(?:ha habido|hubo|hay) (?:una )?(?:explosion|amenaza de bomba|bomba)\b
    \b(?:ha )?explotado? (?:el|la|una|un) (?:bombona|caldera|gas|casa|edificio|tuberia|tanque)\b
    \b(?:estan|esta|han|ha) (?:entrando|entrado|intentando entrar|forzando|forzado) (?:a robar )?(?:en |a |la puerta)(?:mi |la |nuestra )?(?:casa|piso|puerta|ventana)?\b
    \b(?:estan|esta) (?:tratando de|intentando|queriendo) (?:entrar|meterse|abrir|tumbar|romper|forzar|tirar) (?:a |en )?(?:mi |la |nuestra )?(?:casa|piso|puerta|ventana|departamento|apartamento)\b
    \bhay (?:un |unos )?(?:ladron(?:es)?|intruso|intrusos|alguien|hombre|tipo|desconocido|un hombre|un desconocido|un extrano) (?:\w+ )?(?:en|dentro de) (?:mi |la |nuestra )?{_HOME}\b(?! (?:para|que (?:puede|pidio|quiere|trabaja|recib\w+)))
    \b(?:me|nos|la|lo|le) (?:esta |estan |han |ha )?(?:atac(?:a|o|an|aron|ando|ado)|agred(?:io|ido|iendo)|viol(?:o|aron|ado|ando)|secuestr(?:o|aron|ado)|estrangul(?:a|ando)|golpe(?:a|ando)|peg(?:a|ando))\b(?! (?:los precios|la factura|el sol|un susto|la gana|los mosquitos|las hormigas|los insectos))
    \bacaban? de (?:violar|atacar|agredir|secuestrar|golpear|asaltar|pegar)(?:me|nos|la|lo|le)?\b
    \b(?:me|nos|lo|la|le) acaban de (?:violar|atacar|agredir|secuestrar|golpear|asaltar|matar)\b
    \b(?:me|nos) (?:estan )?(?:asalt(?:aron|ando|ado)|robando)\b
    \b(?:asaltan|asaltaron|asaltando|asaltar|robaron|robando) (?:\w+ ){{0,2}}(?:con un arma|a mano armada|con pistola)\b
    \b(?:alguien|un hombre|un tipo|un coche|un carro|nos|me) (?:me |nos )?(?:esta|estan|viene|vienen) (?:siguiendo|persiguiendo|acosando)\b
    \bse (?:han |ha )?llev(?:aron|o|ado|an) a (?:mi|mis|nuestr[oa]) (?:\w+ )?{_KIN}\b(?! (?:al|de|a) )
    \b(?:quiere|quieren|intenta|intento|amenaza con|trata de) matar(?:me|nos|la|lo|se)\b
    \b(?:va a|van a) matar(?:me|nos|la|lo|se)\b(?! (?:si|cuando|por)\b)
    \b(?:me|nos) (?:quiere|quieren) (?:a )?mata(?:r|ndo)\b
    \b(?:me|nos) (?:va a|van a) matar\b(?! (?:si|cuando|por|como)\b)
    \b(?:dice|dicen|dijo|jura|juro|amenaza con|amenazo con) que (?:me|nos|la|lo) (?:va|van|quiere|quieren) (?:a )?matar\b
    \b(?:quiero|voy a|pienso en|pensando en|intento|he intentado|intente) (?:matarme|suicidarme|quitarme la vida|morir(?:me)?|hacerme dano|cortarme las venas)\b
    \b(?:se quiere|quiere|intenta|ha intentado|intento|va a) (?:matarse|suicidar(?:se)?|quitarse la vida|tirarse|ahorcarse)\b
    \bse (?:quiere|va a|ha intentado|intenta) (?:matar|suicidar|quitar la vida|ahorcar|(?:tirar|aventar|lanzar) (?:por|de|del|desde))\b
    \bme (?:quiero|voy a) (?:matar|suicidar|quitar la vida|morir|ahorcar)\b(?! de (?:risa|verguenza|ganas|hambre|sed|aburrimiento))
    \b(?:acabar|terminar) con (?:mi|su) vida\b
    \bno quiero (?:seguir )?vivi(?:r|endo)\b(?! (?:en|con|aqui|alli|ahi))
    \bsobredosis\b(?! de (?:azucar|ternura|cafeina))
    \b(?:me|se) (?:ha |he |acab[ao] de )?tom(?:e|o|ado|ar) (?:\w+ ){{0,2}}(?:demasiadas|todas|un monton de|muchas|muchisimas|un punado de|\d\d+|un bote de|el bote de|un frasco de|el frasco de|una caja de|la caja de) (?:\w+ )?{_PILLS}\b
    \b(?:trag(?:o|ado|ue)|bebido|bebio|bebi|tomo|tomado|ingirio) (?:\w+ )?{_POISON}\b(?! (?:de freno|de agua))
    \b(?:envenenad[oa]|electrocutad[oa])\b(?! (?:el ano|hace))
    \b(?:esta|estamos|estoy) intoxicad[oa]s?\b
    \bse (?:ha )?electrocut(?:o|ado|aron)\b
    \b(?:mordio|mordido|pico|picado|ataco) (?:un|una|el|la) {_SNAKE}\b
    \b(?:reaccion alergica grave|shock anafilactico|choque anafilactico|anafilaxia)\b
    \bse (?:me |le )?(?:esta )?(?:hinchando|cerrando|cierra|hincha) (?:la )?(?:garganta|lengua|cara)\b
    \b(?:acabo|acabamos) de (?:chocar|volcar|(?:tener|ver) un (?:accidente|choque))\b
    \b(?:encontr\w+|saca\w+|vi|vimos)\b.*\bfondo (?:de la (?:alberca|piscina)|del (?:rio|lago|mar|agua))\b
    \b(?:llam|marc|marq|comuni|habl)\w* .*\bal? 911\b
    \btirad[oa] en el (?:piso|suelo)\b.*\bno (?:contesta|responde|se mueve|reacciona|habla)\b
    \bacaban de (?:balear|apunalar|acuchillar|disparar|matar|atropellar|golpear)\w* a\b
    \b(?:atropell(?:o|aron|ado|ada))\b{_PAST}
    \b(?:esta|estan|estoy|estamos|quedo|quedado) atrapad[oa]s?\b(?! en (?:el atasco|un atasco|el trafico|el menu|una reunion|una junta|una llamada))
    \b(?:se (?:ha )?ca(?:yo|ido)) (?:\w+ ){{0,3}}(?:por la ventana|del balcon|del tejado|del techo|por las escaleras|de la escalera|al agua|al rio|a la piscina|de la cabeza)\b
    \bca(?:i|yo|ido)\b.*\bno (?:me |se )?(?:puedo|puede) (?:levantar|mover|parar|poner de pie)
    \b(?:llam[ea]\w*|marque\w*|marca|necesito|necesitamos|mand(?:e|en|ar|a|ame|eme|enme)|envien?|pid[ae]n?|comuniqueme con) (?:a |al |el |una |la |los |un |por favor )*(?:ambulancia|policia|bomberos|911|emergencias)\b
    \b(?:esto|es|tengo|tenemos) (?:es )?una emergencia\b(?! (?:de fontaneria|dental|de cerrajero))
    ^(?:emergencia|socorro|auxilio)(?: (?:emergencia|socorro|auxilio|ayuda|por favor))*$
    (?<!llama )(?<!titulado )(?<!primeros )\b(?:auxilio|socorro)\b
    \bayud(?:a|eme|enme|enos|ennos) (?:por favor )?(?:ayud(?:a|eme|enme)|se esta|me esta|nos esta)\b
    \bme (?:estoy )?mue?r(?:o|iendo)\b(?! (?:de (?!dolor)|por ))
    \bse (?:esta |me esta |nos )?mue?r(?:e|iendo)\b(?! (?:de (?!dolor)|por |(?:el|la|mi) (?:\w+ )?(?:bateria|pila|carga|{_THING})))
    \b{_KIN} (?:\w+ )?(?:esta|parece) muert[oa]\b(?! de)
    \b(?:esta de parto|estoy de parto|(?:he|ha) roto (?:aguas|la fuente)|rompio aguas|rompi aguas|se (?:me|le) rompio la fuente|viene el bebe|ya viene el nino|el bebe ya viene)\b
    \bno (?:le )?(?:encuentro|tiene|noto|siento) (?:el )?pulso\b
    \b(?:se esta poniendo|se puso|esta) (?:azul|morad[oa])\b(?! (?:claro|marino|la luz|el boton))
    \b(?:estoy|estamos|esta) en peligro\b(?! de extincion)
    \b(?:vida o muerte)\b(?! para (?:mi|mis) (?!{_KIN}\b))
    \b(?:cara|boca) (?:\w+ )?(?:chueca|torcida|caida|de lado|desviada)\b
    \bno (?:puede|puedo) (?:levantar|alzar|mover) (?:el|la|un|una) (?:brazo|pierna|mano)\b(?! de la)
    \b(?:elefante|losa|piedra|yunque) (?:\w+ ){{0,2}}(?:en|sobre) el pecho\b
    \b(?:sale|saliendo|escurre|brota|echa|escupe|vomita|vomitando) (?:\w+ )?sangre\b
    \bsangre (?:\w+ ){{0,3}}(?:oido|oidos|nariz|boca|cabeza|cara)\b
    \b(?:bebe|nino|nina|recien nacid[oa]) (?:\w+ ){{0,2}}(?:flojit[oa]|floj[oa]|guang[oa]|aguadit[oa]|morad[oa]|azul|fri[oa])\b
    \b(?:se abrio|se partio|se rompio|se golpeo) la (?:cabeza|frente|cadera)\b
    \b(?:pierna|brazo|mano|cabeza|pie) (?:\w+ )?(?:prensad[oa]|atorad[oa]|atrapad[oa]|aplastad[oa]|destrozad[oa])\b
    \b{_KIN} (?:\w+ ){{0,2}}(?:prensad[oa]|atorad[oa]|atrapad[oa]|aplastad[oa])\b(?! en (?:el trafico|una reunion|la fila))
    \b(?:hombres?|tipos?|sujetos?|alguien|gente) (?:armad[oa]s?|encapuchad[oa]s?|con (?:armas?|pistolas?|rifles?|machetes?|capucha|pasamontanas))\b
    \b(?:baleando|balaceando|tirando balazos|echando balazos|disparando)\b
    \b(?:explotado|exploto|estallo|reventado|revento) (?:\w+ )?(?:el|la|un|una) (?:\w+ )?(?:bombona|caldera|gas|casa|edificio|tuberia|tanque|boiler|estufa|cilindro|garaje)\b
    \b(?:tanque|boiler|caldera|estufa|cilindro|garaje|transformador) (?:\w+ ){{0,2}}(?:exploto|estallo|explotando)\b
    \bse (?:ha )?prend(?:io|ido) (?:el|la|mi) (?:\w+ )?(?:secadora|cocina|estufa|cortina|cortinas|sarten|casa|coche|carro|cuarto|colchon|arbol|sofa)\b(?! sola)
    \b(?:fuego|humo|llamas)\b.*\bno (?:puedo|podemos|puede|pueden) salir\b
    \b(?:nino|nina|hijo|hija|bebe|nieto|nieta) (?:se )?(?:\w+ )?(?:comio|trago|tomo|bebio) (?:\w+ ){{0,3}}{_PILLS}\b
    \b(?:tome|tomo|tomado|bebio|bebi|trago) (?:\w+ ){{0,5}}{_POISON}\b(?! de (?:freno|agua))
    \b(?:tome|tomo|tomado|trago|trague) (?:\w+ )?(?:\d\d+|diez|quince|veinte|treinta|cuarenta|cincuenta|cien|muchas) (?:\w+ )?{_PILLS}\b
    \b(?:me voy a|se va a|se quiere|me quiero|quiero) (?:colgar|ahorcar)(?:me|se)?\b(?= *$| (?:de|en|hoy|ahora|ya|porque)\b)
    \b(?:orilla|borde|filo|barandal) del? (?:un |el |la )?(?:puente|techo|azotea|edificio|balcon|precipicio|anden)\b
    \bvoy a (?:saltar|tirarme|aventarme|lanzarme)\b(?! (?:la|el|de alegria|al martes|a la))
    \bencerrad[oa] (?:en .*\b)?(?:con una? (?:navaja|cuchillo|pistola|cuchilla|arma|cinturon))
    \b(?:me|nos|la) (?:tiene|tienen|ha|dejo) (?:encerrad[oa]s?|amarrad[oa]s?|secuestrad[oa]s?)\b
    \b{_KIN} (?:le|me|nos|lo|la) (?:esta|estan) (?:pegando|golpeando|ahorcando|lastimando|ahogando)\b
    \b(?:me|nos|la) golpe(?:o|aron)\b(?! (?:el precio|la noticia))
    \b(?:agarr|se rob|se llev|arrebat|jalo)\w* (?:a )?(?:mi|nuestr[oa]) (?:hij[oa]|nin[oa]|bebe|niet[oa])\b(?! (?:al|de|a la) )
    \b(?:rompiendo|quebrando|rompieron) (?:\w+ )?(?:vidrios?|cristales|ventanas?|puertas?)\b(?! (?:el (?:mes|ano)|ayer))
    \bse (?:hundio|metio|cayo|sumergio|perdio) (?:en|al|bajo) (?:el )?(?:agua|rio|mar|lago|alberca|hielo)\b
    \bno (?:sale|ha salido|salio) del agua\b|\bno ha salido a flote\b
    \bse (?:volteo|hundio|volco|ha volcado|esta hundiendo) (?:el|la|nuestr[oa]) (?:\w+ )?(?:lancha|barco|bote|kayak|canoa|coche|carro|camion|autobus|camioneta|auto)\b
    \b(?:coche|carro|camion|autobus|camioneta|auto|moto) (?:\w+ )?(?:se )?(?:volteo|volco|volcado|esta volteado)\b
    \b(?:nos|me|le|lo|la) (?:pego|choco|golpeo|atropello|embistio|arrollo) (?:un|una) (?:\w+ )?(?:camion|coche|carro|auto|moto|camioneta|autobus|tren|bici|taxi)\b
    \bchocamos\b(?! (?:las manos|las fechas))
    \bdescarga electrica\b
    \b(?:sofoc|jade|silb)\w+\b.*\b(?:respirar|aire|pecho)\b
    \b(?:necesit\w+|manden?|envien?|llam[ea]\w*) (?:a |al |un |una |los |unos )*(?:paramedicos?|rescate|rescatistas|proteccion civil|cruz roja|guardia civil|patrulla)\b
    \b(?:vengan|venga|apurense|rapido)\b.*\bse muere\b(?! (?:la|el|mi) (?:bateria|{_THING}))
    \bde repente\b.*\bno (?:veo|ve|puedo|puede|siento|siente|habla)\b
    \b(?:mezclo|revolvio|mezcle|revolvi) (?:\w+ )?(?:cloro|lejia|amoniaco)\b
    \b(?:arbol|cama|sofa|techo|pared|bodega|granero|colchon|cortinas?|basura|carro|coche) (?:\w+ )?(?:quemando|ardiendo|incendiando)\b|\bse esta (?:quemando|incendiando) (?:el|la|mi|todo)\b(?! (?:arroz|comida|pan|foco))
    \b(?:llen[oa]s?|llenandose|llenas) de humo\b
    \b(?:amenaza|amenazando|amenazo) con (?:dispar|mat|apunal|quem|lastim)\w+
    \b(?:jalando|arrastrando|metiendo|subiendo) (?:a )?(?:una|la|mi|un) (?:mujer|chica|nina|nino|muchacha|hija|hijo) (?:a|en|de)\b
    \bestan (?:robando|asaltando|matando|golpeando|quemando|saqueando)\b
    \bse (?:han )?llev(?:aron|o) (?:mi|el|nuestro) (?:carro|coche|auto|camioneta)\b.*\b(?:bebe|hij[oa]|nin[oa])\b
    \b(?:me|la|le) (?:ahorco|estrangulo)\b
    \bno (?:me|nos|la) dejan? (?:salir|ir)\b(?! (?:de (?:la (?:pagina|app|cuenta|suscripcion)|mi cuenta)))
    \b(?:pusieron|puso|echaron|echo) algo en (?:la|mi|su) (?:bebida|copa|vaso|trago)\b
    \b(?:trague|tome|tomo|trago|comi) (?:todas|todo|cada|toda) (?:\w+ ){{0,3}}(?:{_PILLS}|frasco|bote)\b
    \bse (?:esta |sigue )?cortando\b(?! (?:la llamada|el pelo|la senal|la linea|el audio|mucho))
    \b(?:arma|escopeta|pistola|cuchillo|rifle)\b.*\bborrach[oa]\b|\bborrach[oa]\b.*\b(?:arma|escopeta|pistola|cuchillo|rifle)\b
    \b(?:dig(?:an?le|anles|ales|le|les)) a mis? (?:\w+ )?(?:hij[oa]s?|familia|mama|papa|esposa|esposo|padres|ninos) que (?:l[oea]s? )?(?:quiero|amo|perdon\w*)\b
    \bsal(?:io|ieron) (?:volando|disparad[oa]s?) (?:del|de la|por)\b|\bsalio volando\b(?! (?:el|la) (?:sombrero|papel|bolsa))
    \b(?:tren|camion|autobus|metro|coche|carro) (?:\w+ )?(?:arrollo|embistio|atropello|descarrilo|choco)\b
    \bse (?:le|me) ator(?:o|aron) (?:el|la|los) (?:mano|brazo|dedos?|pierna|pie|cabeza)\b
    \b(?:acido|aceite|cloro|lejia|agua hirviendo|gasolina|quimicos?|sosa)\b.*\b(?:en|a) (?:el|la|los|las|mis?|sus?) (?:ojos?|cara|manos?|piernas?|brazos?|piel)\b
    \b(?:lo|la|los|las|me|nos|le) (?:esta llevando|llevo|esta arrastrando|arrastro) la (?:corriente|ola)\b|\bllevando la corriente\b
    \b(?:dispar|tir)\w+le a tod[oa]s\b
    \b(?:le|me|les) sangra(?:n)? (?:\w+ )?(?:el|la|los|las) (?!nariz\b)\w+\b
    \b{_KIN} (?:esta |se )?(?:desplomad[oa]|babeando|temblando|tirad[oa]|palid[oa]) (?:en|y|por)\b
    \b(?:treinta y nueve|cuarenta|cuarenta y un[oa]?|cuarenta y dos|4[0-2]) (?:\w+ ){{0,3}}(?:de )?fiebre\b|\bfiebre de (?:cuarenta|4[0-2])\b
    \b(?:tiene|tengo|con) (?:la cara|los labios) (?:azul(?:es)?|morad[oa]s?)\b
    \b(?:acabo de|estoy por|voy a|esta) (?:parir|dar a luz|pariendo|dando a luz)\b
    \b(?:salio|ve|asoma) el hueso\b|\bhueso (?:expuesto|salido|de fuera|afuera)\b
    \b(?:herida|cortada|tajo|agujero) (?:\w+ ){{0,2}}en (?:el|la) (?:frente|cabeza|cara|cuello|pecho|pierna|brazo|espalda|estomago)\b
    \b{_KIN} se (?:ha )?cay(?:o|eron) (?:del|de la|de un|de una|por) (?:\w+ )?(?:andamio|azotea|balcon|caballo|arbol|moto|escalera|segundo|tercer|barranco)\b
    \bse (?:me|le|nos) (?:vino|cayo) encima (?:un|una|el|la)\b(?! (?:mes|semana|trabajo|fecha|deuda))
    \b(?:nos fuimos|se fue|me fui|cayo|caimos) (?:a|en|por) (?:una|un|la|el) (?:zanja|barranco|cuneta|rio|precipicio|canal)\b
    \bherid[oa]s?\b.*\b(?:ayuda|grave|sangre|carro|coche|mama|papa)\b|\b{_KIN} esta (?:muy )?herid[oa]\b
    \b(?:nos|me) choc(?:o|aron) (?:un|una|de frente|por detras)\b
    \b(?:pastillas|medicinas|somniferos) (?:con|y) (?:alcohol|vodka|tequila|licor|vino)\b
    \b(?:cinturon|cuerda|soga|cable|bolsa|mecate) (?:\w+ )?(?:en|al|alrededor del) (?:el )?(?:cuello|cabeza)\b
    \bno me siento segur[oa] conmigo\b|\bhacerme dano\b
    \b(?:suena|sonando|pita|pitando)\b.*\bmonoxido\b.*\b(?:duele|mare\w+|nauseas)\b
    \b(?:casa|departamento|apartamento|edificio|cuarto|cocina|coche|carro|bodega|tienda|escuela)\b.*\bse (?:quema|incendia)\b
    \b(?:tumb|tir|romp|derrib|pate)\w* (?:la|mi|nuestra) puerta\b
    \b(?:un desconocido|un extrano|un hombre|un tipo) (?:\w+ )?en (?:el|la|mi) (?:cuarto|casa|habitacion|cocina|recamara|patio|jardin|sala|ventana)\b
    \b(?:me|nos|la) (?:avento|empujo|azoto|tiro|estrello) (?:contra|por las|al (?:suelo|piso)|a la pared|escaleras)\b
    \b(?:viene|vienen|esta|anda) (?:\w+ )?con (?:un|una) (?:bate|cuchillo|machete|pistola|hacha|martillo|tubo|navaja|palo)\b
    \b(?:desaparecio|se perdio|se robaron|no encuentro a) (?:a )?(?:un|una|mi|el|la) (?:\w+ )?(?:nin[oa]|hij[oa]|bebe|niet[oa])\b
    \bperdid[oa]s? en (?:el|la|un) (?:bosque|monte|montana|cerro|desierto|sierra|nieve)\b
    \bagua (?:ya )?(?:\w+ )?(?:llega|llego|sube|subiendo|subio) (?:al|a la|hasta|muy|por)\b
    \bse (?:le|me) (?:esta|estan) cerrando (?:los ojos|la garganta|el pecho)\b(?! de (?:sueno|cansancio))
    \b(?:garganta|pecho) (?:\w+ )?(?:apretad[oa]|cerrad[oa]|tapad[oa] y no)\b|\bsiento (?:\w+ )?(?:la garganta|el pecho) (?:\w+ )?(?:apretad[oa]|cerrad[oa])\b
    \bperros? (?:\w+ )?(?:atacando|mordiendo|ataco|mordio) a\b
"""  # noqa: E501  a phrase is one line

_STORIES = rf"""
    \b(?:accidente|choque) (?:\w+ ){{0,6}}(?:heridos?|atrapad[oa]s?|grave)\b
    \b(?:tuvimos|tuve|hubo) (?:un|una) (?:\w+ )?(?:accidente|choque)\b
    \b(?:tuvo|sufrio|tuve) (?:un|una) (?:derrame|embolia|trombosis)\b
    \b{_SOMEBODY} se (?:me |nos )?(?:metio|metieron|ha metido|han metido|esta metiendo|estan metiendo)\b
    \bse (?:me|nos) (?:metio|metieron|ha metido|han metido) (?:a robar|{_SOMEBODY})
    \bse (?:ha )?golpe(?:o|ado) la cabeza\b
"""  # noqa: E501
"""They may be of long ago: the words say so then."""
_SIGNS = r"""
    \bse (?:me |le )?(?:esta |ha )?(?:hinch(?:o|a|ando|ado)) (?:\w+ )?(?:la |el |los |las )?(?:cara|garganta|lengua|labios|cuello|ojos)\b
    \b(?:habla raro|habla muy raro|no puede hablar|dice incoherencias|no se le entiende)\b
    \b(?:muy )?(?:confundid[oa]|desorientad[oa]|palid[oa])\b.*\b(?:boca|cara|brazo|habla|suda)\b
    \bse cay(?:o|eron) (?:\w+ ){0,2}(?:ducha|regadera|escaleras?|bano|techo|azotea|caballo|arbol)\b
"""  # noqa: E501
"""Who books an appointment has them too."""

_EMERGENCY = re.compile(phrases(_PHRASES))
_IF_NOW = re.compile(phrases(_STORIES))
_WEAKER = re.compile(phrases(_SIGNS))
_IDIOM = re.compile(
    phrases(r"""
    \b(?:pistola|escopeta|rifle) de (?:silicona|calor|masaje|agua|juguete|clavos|pintura|aire|riego)\b
    \b(?:prueba|analisis|examen|resultados|banco|hermanos?|naranja|tipo|donar|donante de|presion de(?: la)?) (?:de )?(?:la )?sangre\b
    \bsangre (?:sudor|azul)\b|\bhierve la sangre\b|\ba sangre fria\b|\bmala sangre\b
    \bahog(?:ando|ado|ados|ada|o) en (?:\w+ )?(?:trabajo|correos|cajas|deudas|papeles|papeleo|vaso|agua|tareas)\b
    \bmatando (?:el tiempo|de risa|de hambre|estos zapatos)\b|\b(?:me|nos) esta matando\b
    \b(?:robando|roban|robo) (?:con|horas|tiempo|el corazon|la senal)\b
    \bfuegos? (?:lento|artificial(?:es)?)\b|\b(?:a fuego|rojo fuego|fuego lento|extintor(?:es)? de fuego|resistente al fuego|juego de fuego)\b
    \b(?:alarma|detector|extintor|sala|salida)(?:es)? (?:de|contra) (?:incendios?|humo|fuego)\b|\bpor incendio\b
    \b(?:libre de|sin|papel) acido\b|\bacido (?:folico|hialuronico|citrico)\b
    \b(?:bandeja|cabeza|telefono|correo) .{0,12}explot\w+|\bexplot\w+ (?:mi bandeja|la cabeza|de alegria|de risa)\b
    \bbombas? de (?:agua|aire|bano|jabon|chocolate|crema)\b|\bfue una bomba\b
    \bgrit(?:os|ando) de (?:alegria|emocion|felicidad)\b
    \bveneno para (?:ratas|hormigas|cucarachas)\b
    \b(?:quemado|quemada) (?:del|de la|por el) (?:trabajo|sol|oficina)\b|\bnaranja quemado\b
    \batropell\w+ la (?:manguera|caja|bolsa)\b
""")  # noqa: E501
)
"""Words of danger where there is none: taken out before one looks for them."""
_DANGER = re.compile(
    r"\b(?:machetes?|escopetas?|rifles?|pistolas?|balazos?|disparos|asesin\w+|matando|apunal\w+|acuchill\w+"
    r"|secuestr(?:o|aron|ado|ada|ando)|rehen(?:es)?|violaron|violando|robando|asaltando|estrangul\w+"
    r"|ahorcando|ahorco|ahogando|ahogandose|sangrando|sangre|inconsciente|convulsion\w*|contracciones"
    r"|electrocut(?:o|ado|ada|aron|ando)|amput\w+|aplastad[oa]s?|prensad[oa]s?|llamas|ardiendo|incendio|explosion|exploto"
    r"|gritos|amoniaco|acido|veneno|envenen\w+|asfixi\w+|desmay(?:o|ada|ado)|desplomo|desplomado"
    r"|atropell(?:o|e|aron|ado|ada)|volcamos|volco|arrollo|soga|bomba|hirviendo|descalabr\w+"
    r"|moribund\w+|agonizando|hipotermia)\b"
)
"""Words that hardly anybody says to a shop or a clinic who is not in danger, idioms apart."""
_BUSINESS = re.compile(
    r"\b(?:pedidos?|pedi|citas?|reserv\w+|devol\w+|reembolso|compr[eoa]\w*|venden|entreg\w+|envi\w+"
    r"|talla|precio|factura|cuenta|pelicula|libro|juego|disfraz|juguete|revision|consulta|muletas"
    r"|semana que viene|proxima semana)\b"
)
_MONTHS = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
_LONG_AGO = re.compile(
    rf"\b(?:(?:el|la) (?:ano|mes|semana|verano|invierno|marzo) pasad[oa]|ayer|en (?:{_MONTHS})"
    r"|hace (?:\w+ )?(?:anos?|meses|mes|semanas?|dias?)|una vez)\b"
)

_SPANISH = Lexicon(
    always=_EMERGENCY,
    long_ago=_LONG_AGO,
    if_now=_IF_NOW,
    business=_BUSINESS,
    unless_business=_WEAKER,
    danger=_DANGER,
    idiom=_IDIOM,
)
