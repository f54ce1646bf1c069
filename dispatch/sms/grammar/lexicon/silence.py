"""How words begin of which wishes for silence are built, in all six languages.

A wish names two things: what is to be done (remove, cease, refuse, leave) and to what (his number, our messages). Words
are folded: without diacritics, ё and the special letters of Uzbek and Tajik. Russian is found in Latin letters too.
"""

from dispatch.sms.grammar.letters import romanise

_SHORTEST_IN_LATIN = 4


def _beginnings(*rows: str) -> tuple[str, ...]:
    return tuple(beginning for row in rows for beginning in row.split())


def _in_russian(row: str) -> tuple[str, ...]:
    """Return beginnings of Russian words, the longer ones in Latin letters too."""
    found = row.split()
    return (*found, *(romanise(word) for word in found if len(word) >= _SHORTEST_IN_LATIN))


REMOVING = (
    *_in_russian(
        "удал поудал сотри сотре стер стир убер убир убра исключ вычерк вычищ вычист выкин выкид выброс вышвыр"
    ),
    *_in_russian(
        "забуд забыв забыть забыли потеря ликвид уничт деактив аннулир изъят изыма блокир заблок затрит снест"
    ),
    *_in_russian("обнул закро закры выпиш выпис снимите снять снима выведите вывести убрат спиши списат"),
    *_beginnings("remov delet eras wip purg scrub unlist exclud forget lose drop discard clear bin ditch trash dump"),
    *_beginnings("burn kill strike toss chuck scratch nuke shred expung destroy unregist deregist deactiv desactiv"),
    *_beginnings("borre borra borra eliminen elimine elimina quiten quite quita saquen saque saca olvidens olviden"),
    *_beginnings("olvidate olvidese bloqueen bloquea tach depuren depura retiren retira descart anul tiren tire"),
    *_beginnings("tira boten bote bota suelte suelten libere liberen destruy rompa rompan"),
    *_beginnings(
        "torol toroj torl vegy felejt elfelejt elfelejs blokkol tavolit huzz huzd szedj szedd felejts kivesz dobj dobd"
    ),
    *_beginnings("учир ochir uchir чикар chiqar йукот yoqot унут unut унит олиб olib бекор bekor"),
    *_beginnings("хорич тоза нобуд фаромуш гиред бароред баровар бароретон"),
)
"""To remove, erase, forget or block something."""

OFF = (
    *_in_russian("отключ выключ выруб отруб деактив отмен аннулир глуш заглуш приглуш"),
    *_beginnings("disabl mute silenc deactiv desactiv apag silenci kapcsol хомуш homush учир ochir cancel"),
)
"""To switch messages off."""

OWN = (
    *_in_russian("номер номир телефон контакт симк данны данных анкет профил аккаунт баз рассыл россыл расыл"),
    *_in_russian("подписк адресн учета реестр картотек"),
    *_beginnings("number phone contact details database account profile mailing distribution register books pool"),
    *_beginnings("numero telefono celular datos contacto suscrip registros difusion movil"),
    *_beginnings("szam telefon adat fiok profil hirlev"),
    *_beginnings("ракам raqam nomer номер baza рассил rassil rassyl обун obun маълумот malumot"),
)
"""What he is on for good: his number, our base, the list our messages go to."""

MESSAGES = (
    *_in_russian(
        "смс смск эсэмэс эсемес сообщ сообще рассыл россыл расыл рассил спам уведом увидом опове апове сигнал"
    ),
    *_in_russian("весточ напомин напомен послани месседж переписк чат извещен рекламн реклам пуш письм депеш"),
    *_beginnings("sms text txt messag msg notif alert spam remind mailing ping blast"),
    *_beginnings("mensaj mensag aviso notific textos publicidad recordator alerta"),
    *_beginnings("uzen ertesit hirlev emlekez"),
    *_beginnings("хабар xabar xabarnoma рассил rassil паем огохинома эслатма eslatma билдириш bildirish обун obun"),
)
"""What we send."""

WRITING = (
    *_in_russian("писа пиши пишу пишет напиш слать слал шлит шлет присыл присла пришл отправл высыл рассылат рассылай"),
    *_in_russian("беспокои тревож тривож звонит звони названив получа докуч надоед спами строч трат утружд засор"),
    *_in_russian("долб приход слыш видет видел бомб забрас завалив шлют пишут шли"),
    *_beginnings("text messag msg contact send write bother ping spam email"),
    *_beginnings("escrib mand envi molest texte fastid"),
    *_beginnings("irj irt kuld zavar uzeng kapn kapj keress uzenj"),
    *_beginnings("навис фирист паем хабар"),
)
"""To write or send to him, to disturb him, or to get it."""

CEASING = (
    *_in_russian("перестан пристан перистан прекра прикра хватит заверш законч заканч кончай кончит завязыв завяза"),
    *_in_russian("отцеп отлип отвяж отвян отвал отстан заткн избав прикры прикро убейте убить сворачив сверн тормоз"),
    *_in_russian("остановит останавл исчезн сгин пропад уйдит уймит харэ харе кончать"),
    *_in_russian("перестал достаточн довольно зачехл бросьте бросайте"),
    *_beginnings("ceas discontin quit end halt desist enough stop finish knock"),
    *_beginnings("dejen deje deja dejar cesen cese paren pare parenle parale basta terminen detengan deten"),
    *_beginnings("hagyj hagyd abbahagy mellozz mellozes szunt allits fejezz kopj szalljatok szakads eleg"),
    *_beginnings("тухтат toxtat tuxtat бас кат bas бозист боздор"),
)
"""To end something, to let him alone."""

REFUSING = (
    *_in_russian("отказ откаж против запре запрещ отзыв отзов отозв возраж"),
    *_beginnings("revok withdraw refus object forbid prohib rechaz autoriz revoc visszavon tilt megtilt elutasit"),
)
PROCESSING = (
    *_in_russian("обработк персональн согласи разрешен хранени использован"),
    *_beginnings("consent permission personal processing autoriz consentim permiso usen hozzajarul engedely"),
)
LEAVING = (
    *_in_russian("выйти выхожу выйду выход покин покид ухожу уйти уйду выведит вывест отсоедин слезт"),
    *_beginnings("leave leaving quit exit salir salgo salirme kilep чикмок chiqmoq chiqish чикиш бароям баромад"),
)
LISTS_OF_MESSAGES = (
    *_in_russian("рассыл россыл рассил подписк подпис оповещ чат"),
    *_beginnings("mailing texts messages list lists difusion hirlev obun обун suscrip"),
)
AWAY = frozenset("вон долой нафиг лесом нафик нахер нахрен нах мимо прочь стоп 🛑 ⛔ 🚫 ❌ 🔕 fuera afuera".split())  # noqa: SIM905 - read as a row
"""Words that send a thing away without a verb."""

WISHING = (
    *_in_russian("чтоб шоб штоб если ежели когда бы лишь прош просьб хочу хотел хотим жду требу желаю буду рад пусть"),
    *_in_russian(
        "подтвер соглас разреш готов пора давай мечта благодар признат хорошо отлично надеюс договор нужно надо"
    ),
    *_beginnings("get be want like have if would glad please que quiero si szeretn oruln kerem legyen hogy"),
)
"""What makes a wish of words that otherwise tell what has happened."""

FOR_GOOD = frozenset(
    """
    больше болше болш никогда никада никагда впредь вообще навсегда навечно прошу просьба требую ever again anymore
    never nunca jamas tobbet soha дигар digar хеч hech бошка boshqa
    """.split()  # noqa: SIM905 - read as a row
)
ONLY_NOW = (
    *_in_russian(
        "сейчас пока сегодня завтра ночью ночам вечер утром утра после лучше позвон перезвон днем часов выходн"
    ),
    *_beginnings("now today tomorrow tonight night until later call hoy ahora noche manana luego most ma holnap ejjel"),
    *_beginnings("хозир hozir бугун bugun эртага ertaga кеча kecha имруз пагох холо минут время рано поздно"),
)

INVITING = (
    *_in_russian("зови зове зват звать позов пригла преглаш предлаг предлож вызыва"),
    *_beginnings("offer invit ofrez llam keres hivj hivogat чакир chaqir чег таклиф taklif"),
)
"""To ask him to a job."""

FOREVER = frozenset(
    """
    насовсем навсегда навечно совсем вообще окончательно концами полностью forever permanently altogether
    completely entirely тамоман tamoman butunlay бутунлай umuman умуман vegleg orokre teljesen siempre definitivamente
    """.split()  # noqa: SIM905 - read as a row
)
