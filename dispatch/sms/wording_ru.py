"""Russian wording. One segment is 70 characters, so an offer with its code should fit into that."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.sms.wording import Template

RUSSIAN: Final[Mapping[Template, str]] = MappingProxyType(
    {
        Template.OFFER: "[{name}, ]{service} {when}, {place}, {rate}/ч. Код {code}: 1=да 2=нет",
        Template.OFFER_URGENT: "[{name}, ]СРОЧНО {service} {when}, {place}, {rate}/ч. Код {code}: 1=да 2=нет",
        Template.OFFERS: "[{name}, ]{offers}. Ответ: код и 1=да 2=нет, например {code} 1",
        Template.OFFER_WITHDRAWN: "Предложение снято (код {code})[, {when}]. Спасибо за ответ!",
        Template.ACCEPTED_PRIMARY: (
            "Вы в основном составе: {when}, {address}.[ Сбор: {meeting}.] Не сможете - напишите: не приду"
        ),
        Template.ACCEPTED_RESERVE: "Вы в резерве: {when}, {address}. Приезжайте[: не понадобитесь - оплатим {hours} ч]",
        Template.ACCEPTED_STANDBY: (
            "Вы в запасе, номер {number}: {when}. Будьте дома на связи[, отпустим в {time}]. Другую работу брать можно"
        ),
        Template.TURNED_AWAY: "Спасибо! Места уже заняты: {when}[ (код {code})]. В другой раз позовём вас первым",
        Template.BUSY: "Предложение снято (код {code}): на {when} у вас уже другая смена",
        Template.DECLINED_OK: "Понятно, спасибо за ответ",
        Template.WHICH: "На какую смену? Ответьте кодом: {choices}",
        Template.WHICH_NO: "От какой смены отказ? Ответьте, например, {code} нет: {choices}",
        Template.WHICH_DAY: "Какую смену снять? Ответьте, например, {code} не приду: {choices}",
        Template.RECONFIRM_EVENING: "Напоминаем: {when}, {place}. Вы придёте? 1=да 2=нет[, код {code}]",
        Template.RECONFIRM_DAY: "Скоро смена {when}, {place}. Вы точно придёте? 1=да 2=нет[, код {code}]",
        Template.DOUBTFUL_AGAIN: (
            "Ответьте, пожалуйста: {when}, {place}. Вы придёте? 1=да 2=нет[, код {code}]. Иначе позвоним"
        ),
        Template.RECONFIRMED: "Спасибо, отметили: {when}",
        Template.PROMOTION: "Освободилось место в основном составе: {when}, {address}. Код {code}: 1=еду 2=нет",
        Template.PROMOTED: "Освободилось место: вы теперь в основном составе, {when}, {address}",
        Template.PROMOTION_TAKEN: "Спасибо, это место уже занято[ (код {code})]",
        Template.CHANGE: "Смена изменена: теперь {when}, {address}. Код {code}: 1=да 2=нет",
        Template.CANCELLED_BY_CLIENT: (
            "Заказ отменён: {when}, {place}. Не приезжайте.[ Оплатим {hours} ч.] Ответьте 1=понял"
        ),
        Template.RELEASED: "Людей нужно меньше, вы свободны: {when}.[ Оплатим {hours} ч.] Спасибо!",
        Template.PRESENT: "Все {count} на месте? 1=все или номера, кого нет: {entries}",
        Template.PRESENT_NOTED: "Спасибо, записано[: не хватает {count}]",
        Template.ETA: "Через сколько минут будете? Ответьте числом",
        Template.UNACCOUNTED: "Где вы? Смена {when} идёт. Ответьте, через сколько минут будете, или: на месте",
        Template.NO_SHOW: (
            "Вы не пришли {when}. Рейтинг теперь {rating}[, штраф {amount}]. Не согласны - ответьте СПОР {code}"
        ),
        Template.NO_SHOW_REVERSED: (
            "Просим прощения: вы были на смене {when}. Отметка снята, рейтинг и деньги возвращены"
        ),
        Template.MARKS_EXCUSED: "По смене {when} вопросов к вам нет: отметка снята, рейтинг и деньги возвращены",
        Template.CANCEL_CONFIRMED: (
            "Вы сняты со смены {when}, {place}.[ Рейтинг теперь {rating}.][ Удержим {amount}.]"
            "[ Не согласны - ответьте СПОР {code}.]"
            "[ Передумали - за {minutes} мин ответьте ВЕРНУТЬ]"
        ),
        Template.RESTORED: "Вы снова записаны ({seat}): {when}",
        Template.NOT_RESTORED: "Вернуть смену {when} не получилось: это место уже занято",
        Template.LATE_FINED: (
            "Опоздание {minutes} мин на смену {when}. Рейтинг теперь {rating}, штраф {amount}. "
            "Не согласны - ответьте СПОР {code}"
        ),
        Template.LEFT_EARLY: (
            "Ушли раньше конца смены {when}. Рейтинг теперь {rating}[, штраф {amount}]. "
            "Не согласны - ответьте СПОР {code}"
        ),
        Template.SENT_AWAY: (
            "Не допущены к работе на смене {when}. Рейтинг теперь {rating}[, штраф {amount}]. "
            "Не согласны - ответьте СПОР {code}"
        ),
        Template.LEAD_LINK: "Вы старший на смене {when}. Кто пришёл, отмечайте здесь: {link}",
        Template.LATE_NOTED: "Записали опоздание {minutes} мин, встречаем в {time}",
        Template.ARRIVED_NOTED: "Отметили вас в {time}. Спасибо!",
        Template.ON_WAY_NOTED: "Спасибо! Напишите: на месте, когда доедете",
        Template.NOTICE_NOTED: "Спасибо, отметили",
        Template.APPEAL_NOTED: "Спор принят (код {code}). Решит человек, мы напишем",
        Template.WORKER_LINK: "Ваша страница[, {name}]: {link} Ссылка только для вас, не пересылайте её",
        Template.NUMBER_CODE: "[{name}, ]ваш номер изменён? Ответьте числом {code}, и заявки придут сюда",
        Template.NUMBER_PROVEN: "Спасибо, номер подтверждён",
        Template.OTHER_PHONE: (
            "Вы отвечаете с другого номера (код {code}). Пришлите 4 последние цифры номера, куда пришла заявка"
        ),
        Template.OTHER_PHONE_TAKEN: "Спасибо, ваш ответ записан (код {code})",
        Template.PARTY_HELD: "Для ваших держим мест: {count}, до {time}. Каждый должен ответить сам, со своего номера",
        Template.PARTY_UNKNOWN: (
            "Не нашли у себя, человек: {count}. Пусть напишут нам со своих номеров, пригласим на собеседование"
        ),
        Template.SUBSTITUTE_ASKED: (
            "Сменщик должен сам ответить нам со своего номера. Пока он не ответил, смена {when} за вами"
        ),
        Template.SUBSTITUTED: "Вашу смену {when} взял сменщик. Вы свободны, спасибо!",
        Template.CLIENT_BOOKED: "Заказ принят: {when}, {address}. Людей: {count}",
        Template.CLIENT_CHECK: "Ваш заказ {when}, {address}. Людей: {count}. 1 - всё верно, 2 - перезвоните",
        Template.CLIENT_NOTED: "Спасибо, ждите бригаду",
        Template.CLIENT_RING: "Спасибо, сейчас перезвоним",
        Template.CLIENT_ON_WAY: "Бригада в пути: {when}, {address}. Людей: {count}[. Старший: {name}]",
        Template.CLIENT_SHORT: "По заказу {when} пока есть {number} из {count}. Ищем ещё, позвоним вам",
        Template.CLIENT_BILL: "Заказ {when} выполнен. К оплате: {amount}",
        Template.STOP_CONFIRMED: "Больше не пишем вам. Чтобы снова получать заявки, ответьте СТАРТ",
        Template.START_CONFIRMED: "Снова будем присылать вам заявки",
        Template.PAY_INFO: "Смена {when}: {rate}/ч[, не меньше {hours} ч]",
        Template.ADDRESS_INFO: "Смена {when}. Адрес: {address}.[ Сбор: {meeting}.]",
        Template.TIME_INFO: "Ваша смена: {when}[. Сбор: {meeting}]",
        Template.BRING_INFO: "На смену {when} возьмите: {what}",
        Template.CLARIFY: "Не поняли ответ[ на код {code}]. Ответьте цифрой: 1 - согласны, 2 - отказ",
        Template.CLARIFY_LIST: "Не поняли список. 1 - пришли все; иначе номера через запятую, например 3, 7",
        Template.CLARIFY_OFFER: (
            "Смена {when}, другого времени нет (код {code}). Ответьте цифрой: 1 - согласны, 2 - отказ"
        ),
        Template.ALARM: "Тревога[: {what}, {when}]. Уже {minutes} мин никто не взялся, откройте доску",
        Template.STILL_OPEN: "Ждём ответ ещё: {codes}",
    }
)
