"""Tajik wording. One segment is 70 characters, as in Russian."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.sms.wording import Template

_DISAGREE: Final = "Розӣ набошед: ЭЪТИРОЗ {code}"

TAJIK: Final[Mapping[Template, str]] = MappingProxyType(
    {
        Template.OFFER: "[{name}, ]{service} {when}, {place}, {rate}/соат. Код {code}: 1=ҳа 2=не",
        Template.OFFER_URGENT: "[{name}, ]ФАВРӢ {service} {when}, {place}, {rate}/соат. Код {code}: 1=ҳа 2=не",
        Template.OFFERS: "[{name}, ]{offers}. Ҷавоб: код ва 1=ҳа 2=не, масалан {code} 1",
        Template.OFFER_WITHDRAWN: "Пешниҳод бекор шуд (код {code})[, {when}]. Ташаккур барои ҷавоб!",
        Template.ACCEPTED_PRIMARY: (
            "Шумо дар ҳайати асосӣ: {when}, {address}.[ Ҷамъшавӣ: {meeting}.] Наоед - нависед: намеоям"
        ),
        Template.ACCEPTED_RESERVE: (
            "Шумо дар захира: {when}, {address}. Биёед[: лозим нашавед ҳам, {hours} соат медиҳем]"
        ),
        Template.ACCEPTED_STANDBY: (
            "Шумо дар навбат, рақам {number}: {when}. Дар хона бо телефон бошед[, соати {time} озод]. "
            "Кори дигар гирифтан мумкин"
        ),
        Template.TURNED_AWAY: (
            "Ташаккур! Ҷойҳо пур шуданд: {when}[ (код {code})]. Дафъаи дигар аввал шуморо даъват мекунем"
        ),
        Template.BUSY: "Пешниҳод бекор шуд (код {code}): {when} - шумо сменаи дигар доред",
        Template.DECLINED_OK: "Фаҳмо, ташаккур барои ҷавоб",
        Template.WHICH: "Ба кадом смена? Бо код ҷавоб диҳед: {choices}",
        Template.WHICH_NO: "Аз кадом смена даст мекашед? Масалан, ҷавоб диҳед: {code} не. {choices}",
        Template.WHICH_DAY: "Ба кадом смена намеоед? Масалан, ҷавоб диҳед: {code} намеоям. {choices}",
        Template.RECONFIRM_EVENING: "Ёдрас: {when}, {place}. Меоед? 1=ҳа 2=не[, код {code}]",
        Template.RECONFIRM_DAY: "Смена наздик: {when}, {place}. Албатта меоед? 1=ҳа 2=не[, код {code}]",
        Template.DOUBTFUL_AGAIN: (
            "Лутфан ҷавоб диҳед: {when}, {place}. Меоед? 1=ҳа 2=не[, код {code}]. Вагарна занг мезанем"
        ),
        Template.RECONFIRMED: "Ташаккур, қайд кардем: {when}",
        Template.PROMOTION: "Дар ҳайати асосӣ ҷой холӣ шуд: {when}, {address}. Код {code}: 1=ҳа 2=не",
        Template.PROMOTED: "Ҷой холӣ шуд: акнун шумо дар ҳайати асосӣ, {when}, {address}",
        Template.PROMOTION_TAKEN: "Ташаккур, ин ҷой аллакай банд аст[ (код {code})]",
        Template.CHANGE: "Смена тағйир ёфт: акнун {when}, {address}. Код {code}: 1=ҳа 2=не",
        Template.CANCELLED_BY_CLIENT: (
            "Фармоиш бекор шуд: {when}, {place}. Наоед.[ {hours} соат медиҳем.] Ҷавоб: 1=фаҳмидам"
        ),
        Template.RELEASED: "Одам камтар лозим, шумо озод: {when}.[ {hours} соат медиҳем.] Ташаккур!",
        Template.PRESENT: "Ҳар {count} нафар дар ҷо? 1=ҳама ё рақами онҳое, ки нестанд: {entries}",
        Template.PRESENT_NOTED: "Ташаккур, навишта шуд[: {count} нафар намерасад]",
        Template.ETA: "Баъди чанд дақиқа мерасед? Бо рақам ҷавоб диҳед",
        Template.UNACCOUNTED: ("Куҷоед? Смена {when} оғоз шуд. Баъди чанд дақиқа мерасед? Рақам нависед ё: омадам"),
        Template.NO_SHOW: f"Шумо наомадед: {{when}}. Рейтинг акнун {{rating}}[, ҷарима {{amount}}]. {_DISAGREE}",
        Template.NO_SHOW_REVERSED: "Бубахшед: шумо дар смена будед, {when}. Қайд гирифта шуд, рейтинг ва пул баргашт",
        Template.MARKS_EXCUSED: "Смена {when}: шумо айбдор нестед. Қайд гирифта шуд, рейтинг ва пул баргашт",
        Template.CANCEL_CONFIRMED: (
            "Шумо аз смена бароварда шудед: {when}, {place}.[ Рейтинг акнун {rating}.][ Медорем: {amount}.]"
            f"[ {_DISAGREE}.][ Фикратон дигар шуд - дар {{minutes}} дақ нависед БАРГАРДОН]"
        ),
        Template.RESTORED: "Шумо боз сабт шудед ({seat}): {when}",
        Template.NOT_RESTORED: "Смена баргардонда нашуд, {when}: ин ҷой аллакай банд аст",
        Template.LATE_FINED: (
            "Ба смена {minutes} дақ дер мондед: {when}. Рейтинг акнун {rating}, ҷарима {amount}. " + _DISAGREE
        ),
        Template.LEFT_EARLY: (
            f"Аз смена барвақт рафтед: {{when}}. Рейтинг акнун {{rating}}[, ҷарима {{amount}}]. {_DISAGREE}"
        ),
        Template.SENT_AWAY: (
            f"Ба кор роҳ надоданд: {{when}}. Рейтинг акнун {{rating}}[, ҷарима {{amount}}]. {_DISAGREE}"
        ),
        Template.LEAD_LINK: "Шумо сардори гурӯҳ: {when}. Кӣ омад, ин ҷо қайд кунед: {link}",
        Template.LATE_NOTED: "Навиштем: {minutes} дақ дер, соати {time} интизорем",
        Template.ARRIVED_NOTED: "Соати {time} қайд кардем. Ташаккур!",
        Template.ON_WAY_NOTED: "Ташаккур! Расидед - нависед: омадам",
        Template.NOTICE_NOTED: "Ташаккур, қайд кардем",
        Template.APPEAL_NOTED: "Эътироз қабул шуд (код {code}). Одам ҳал мекунад, менависем",
        Template.WORKER_LINK: "Саҳифаи шумо[, {name}]: {link} Танҳо барои шумо, ба касе надиҳед",
        Template.NUMBER_CODE: "[{name}, ]рақами нав? Ба мо {code} нависед, корҳо ба ин ҷо меоянд",
        Template.NUMBER_PROVEN: "Ташаккур, рақам тасдиқ шуд",
        Template.OTHER_PHONE: (
            "Шумо аз рақами дигар ҷавоб медиҳед (рамз {code}). 4 рақами охири рақамеро, ки ба он навиштем, фиристед"
        ),
        Template.OTHER_PHONE_TAKEN: "Ташаккур, ҷавобатон навишта шуд (рамз {code})",
        Template.PARTY_HELD: (
            "Барои ҳамроҳонатон ҷой нигоҳ медорем: {count}, то {time}. Ҳар кас аз рақами худ ҷавоб диҳад"
        ),
        Template.PARTY_UNKNOWN: "Баъзеҳоро намешиносем: {count}. Аз рақами худ нависанд, ба суҳбат даъват мекунем",
        Template.SUBSTITUTE_ASKED: "Ҷойгузин бояд аз рақами худ ҷавоб диҳад. То он вақт навбати {when} аз они шумост",
        Template.SUBSTITUTED: "Ҷойгузин меояд, шумо озод: {when}. Ташаккур!",
        Template.CLIENT_BOOKED: "Фармоиш қабул шуд: {when}, {address}. Одамон: {count}",
        Template.CLIENT_CHECK: "Фармоиши шумо {when}, {address}. Одамон: {count}. 1 - дуруст, 2 - ба мо занг занед",
        Template.CLIENT_NOTED: "Ташаккур, бригадаро интизор шавед",
        Template.CLIENT_RING: "Ташаккур, ҳозир занг мезанем",
        Template.CLIENT_ON_WAY: "Бригада дар роҳ: {when}, {address}. Одамон: {count}[. Сардор: {name}]",
        Template.CLIENT_SHORT: "Фармоиши {when}: ҳоло {number} аз {count}. Боз меҷӯем, занг мезанем",
        Template.CLIENT_BILL: "Фармоиши {when} иҷро шуд. Пардохт: {amount}",
        Template.TIME_INFO: "Навбати шумо: {when}[. Ҷамъшавӣ: {meeting}]",
        Template.BRING_INFO: "Ба навбати {when} гиред: {what}",
        Template.STOP_CONFIRMED: "Дигар ба шумо наменависем. Барои гирифтани пешниҳодҳо нависед: СТАРТ",
        Template.START_CONFIRMED: "Боз ба шумо пешниҳод мефиристем",
        Template.PAY_INFO: "Смена {when}: {rate}/соат[, камаш {hours} соат]",
        Template.ADDRESS_INFO: "Смена {when}. Суроға: {address}.[ Ҷамъшавӣ: {meeting}.]",
        Template.CLARIFY: "Ҷавоб[ (код {code})] фаҳмо нест. Бо рақам ҷавоб диҳед: 1 - розӣ, 2 - рад",
        Template.CLARIFY_LIST: "Рӯйхат фаҳмо нест. Ҳама омад - 1; вагарна рақамҳо бо вергул, масалан 3, 7",
        Template.CLARIFY_OFFER: (
            "Смена {when}, вақти дигар нест (код {code}). Бо рақам ҷавоб диҳед: 1 - розӣ, 2 - рад"
        ),
        Template.ALARM: "Бонги хатар[: {what}, {when}]. {minutes} дақ касе нагирифт, тахтаро кушоед",
        Template.STILL_OPEN: "Боз ҷавоб интизорем: {codes}",
    }
)
