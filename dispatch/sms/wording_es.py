"""Spanish wording in letters of the GSM alphabet: é, ñ, ¿ and ¡ stand, other accents are left off."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.sms.wording import Template

_DISAGREE: Final = "Si no esta de acuerdo: DISPUTA {code}"

SPANISH: Final[Mapping[Template, str]] = MappingProxyType(
    {
        Template.OFFER: "[{name}, ]{service} {when}, {place}, {rate}/h. Codigo {code}: 1=si 2=no",
        Template.OFFER_URGENT: "[{name}, ]URGENTE {service} {when}, {place}, {rate}/h. Codigo {code}: 1=si 2=no",
        Template.OFFERS: "[{name}, ]{offers}. Responda: codigo y 1=si 2=no, p. ej. {code} 1",
        Template.OFFER_WITHDRAWN: "Oferta retirada (codigo {code})[, {when}]. ¡Gracias por responder!",
        Template.ACCEPTED_PRIMARY: (
            "Esta en el equipo principal: {when}, {address}.[ Punto de encuentro: {meeting}.] "
            "Si no puede venir, escriba: no voy"
        ),
        Template.ACCEPTED_RESERVE: (
            "Esta en la reserva: {when}, {address}. Venga[: si no hace falta, se pagan {hours} h]"
        ),
        Template.ACCEPTED_STANDBY: (
            "Esta en lista de espera, numero {number}: {when}. Esté cerca del telefono[, libre a las {time}]. "
            "Puede tomar otro trabajo"
        ),
        Template.TURNED_AWAY: (
            "¡Gracias! Ya no quedan plazas: {when}[ (codigo {code})]. La proxima vez le llamamos primero"
        ),
        Template.BUSY: "Oferta retirada (codigo {code}): ya tiene otro turno el {when}",
        Template.DECLINED_OK: "De acuerdo, gracias por responder",
        Template.WHICH: "¿Qué turno? Responda con el codigo: {choices}",
        Template.WHICH_NO: "¿Qué turno no puede hacer? Responda, por ejemplo: {code} no. {choices}",
        Template.WHICH_DAY: "¿Qué turno deja? Responda, por ejemplo: {code} no voy. {choices}",
        Template.RECONFIRM_EVENING: "Recordatorio: {when}, {place}. ¿Viene? 1=si 2=no[, codigo {code}]",
        Template.RECONFIRM_DAY: "Su turno es pronto: {when}, {place}. ¿Viene seguro? 1=si 2=no[, codigo {code}]",
        Template.DOUBTFUL_AGAIN: (
            "Responda, por favor: {when}, {place}. ¿Viene? 1=si 2=no[, codigo {code}]. Si no, le llamamos"
        ),
        Template.RECONFIRMED: "Gracias, anotado: {when}",
        Template.PROMOTION: "Hay una plaza libre en el equipo principal: {when}, {address}. Codigo {code}: 1=si 2=no",
        Template.PROMOTED: "Hay una plaza libre: ahora esta en el equipo principal, {when}, {address}",
        Template.PROMOTION_TAKEN: "Gracias, esta plaza ya esta ocupada[ (codigo {code})]",
        Template.CHANGE: "El turno ha cambiado: ahora {when}, {address}. Codigo {code}: 1=si 2=no",
        Template.CANCELLED_BY_CLIENT: (
            "Pedido cancelado: {when}, {place}. No venga.[ Se pagan {hours} h.] Responda 1=entendido"
        ),
        Template.RELEASED: "Hace falta menos gente, queda libre: {when}.[ Se pagan {hours} h.] ¡Gracias!",
        Template.PRESENT: "¿Estan los {count}? 1=todos, o los numeros de quienes faltan: {entries}",
        Template.PRESENT_NOTED: "Gracias, anotado[: faltan {count}]",
        Template.ETA: "¿En cuantos minutos llega? Responda con un numero",
        Template.UNACCOUNTED: (
            "¿Donde esta? El turno del {when} ya empezo. ¿En cuantos minutos llega? Escriba un numero, o: estoy aqui"
        ),
        Template.NO_SHOW: f"No vino el {{when}}. Su nota es ahora {{rating}}[, multa {{amount}}]. {_DISAGREE}",
        Template.NO_SHOW_REVERSED: (
            "Disculpe: estuvo en el turno del {when}. Se borra la marca, nota y dinero se devuelven"
        ),
        Template.MARKS_EXCUSED: "El turno del {when} no cuenta en su contra: marca, nota y dinero corregidos",
        Template.CANCEL_CONFIRMED: (
            "Ya no esta en el turno del {when}, {place}.[ Su nota es ahora {rating}.][ Se descuentan {amount}.]"
            f"[ {_DISAGREE}.][ ¿Cambio de idea? Escriba RECUPERAR en {{minutes}} min]"
        ),
        Template.RESTORED: "Esta apuntado de nuevo ({seat}): {when}",
        Template.NOT_RESTORED: "No se pudo devolver el turno del {when}: esa plaza ya esta ocupada",
        Template.LATE_FINED: (
            "{minutes} min tarde al turno del {when}. Su nota es ahora {rating}, multa {amount}. " + _DISAGREE
        ),
        Template.LEFT_EARLY: (
            f"Se fue antes de tiempo el {{when}}. Su nota es ahora {{rating}}[, multa {{amount}}]. {_DISAGREE}"
        ),
        Template.SENT_AWAY: (
            f"No le dejaron trabajar el {{when}}. Su nota es ahora {{rating}}[, multa {{amount}}]. {_DISAGREE}"
        ),
        Template.LEAD_LINK: "Usted dirige el equipo del {when}. Marque aqui quién vino: {link}",
        Template.LATE_NOTED: "Anotado: {minutes} min tarde, le esperamos a las {time}",
        Template.ARRIVED_NOTED: "Anotado a las {time}. ¡Gracias!",
        Template.ON_WAY_NOTED: "¡Gracias! Al llegar escriba: estoy aqui",
        Template.NOTICE_NOTED: "Gracias, anotado",
        Template.APPEAL_NOTED: "Disputa recibida (codigo {code}). Decide una persona, le escribiremos",
        Template.WORKER_LINK: "Su pagina[, {name}]: {link} Es solo para usted, no la comparta",
        Template.NUMBER_CODE: "[{name}, ]¿numero nuevo? Responda {code} y las ofertas llegan aqui",
        Template.NUMBER_PROVEN: "Gracias, el numero queda confirmado",
        Template.OTHER_PHONE: (
            "Responde desde otro numero (codigo {code}). Envie las 4 ultimas cifras del numero al que escribimos"
        ),
        Template.OTHER_PHONE_TAKEN: "Gracias, su respuesta queda anotada (codigo {code})",
        Template.PARTY_HELD: (
            "Guardamos plazas para los suyos: {count}, hasta {time}. Cada uno responda desde su numero"
        ),
        Template.PARTY_UNKNOWN: "A algunos no los conocemos: {count}. Que escriban desde su numero y los citamos",
        Template.SUBSTITUTE_ASKED: (
            "Su sustituto debe responder desde su numero. Hasta entonces el turno {when} es suyo"
        ),
        Template.SUBSTITUTED: "Otro toma su turno {when}. Queda libre, gracias",
        Template.CLIENT_BOOKED: "Pedido anotado: {when}, {address}. Personas: {count}",
        Template.CLIENT_CHECK: "Su pedido {when}, {address}. Personas: {count}. 1 - todo bien, 2 - llamenme",
        Template.CLIENT_NOTED: "Gracias, la cuadrilla ira",
        Template.CLIENT_RING: "Gracias, le llamamos ahora",
        Template.CLIENT_ON_WAY: "La cuadrilla va en camino: {when}, {address}. Personas: {count}[. Jefe: {name}]",
        Template.CLIENT_SHORT: "Pedido {when}: por ahora {number} de {count}. Buscamos mas y le llamamos",
        Template.CLIENT_BILL: "Pedido {when} hecho. A pagar: {amount}",
        Template.TIME_INFO: "Su turno: {when}[. Punto de encuentro: {meeting}]",
        Template.BRING_INFO: "Para el turno {when} traiga: {what}",
        Template.STOP_CONFIRMED: "No le escribiremos mas. Para recibir ofertas otra vez, responda START",
        Template.START_CONFIRMED: "Le enviaremos ofertas de nuevo",
        Template.PAY_INFO: "Turno {when}: {rate}/h[, al menos {hours} h]",
        Template.ADDRESS_INFO: "Turno {when}. Direccion: {address}.[ Punto de encuentro: {meeting}.]",
        Template.CLARIFY: (
            "No entendimos su respuesta[ (codigo {code})]. Responda con una cifra: 1 - acepta, 2 - rechaza"
        ),
        Template.CLARIFY_LIST: (
            "No entendimos la lista. 1 si vinieron todos; si no, los numeros con comas, por ejemplo 3, 7"
        ),
        Template.CLARIFY_OFFER: (
            "El turno es {when}, no hay otra hora (codigo {code}). Responda con una cifra: 1 - acepta, 2 - rechaza"
        ),
        Template.ALARM: "Alarma[: {what}, {when}]. En {minutes} min nadie la ha tomado, abra el tablero",
        Template.STILL_OPEN: "Aun esperamos su respuesta: {codes}",
    }
)
