"""First and last names for made-up people, by the language they write in; the most common ones, freely combined."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dispatch.sms.tongues import Language


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the speakers of one language."""

    first: tuple[str, ...]
    last: tuple[str, ...]


def _names(first: str, last: str) -> Names:
    return Names(tuple(first.split()), tuple(last.split()))


_RUSSIAN: Final = _names(
    """Александр Алексей Анатолий Андрей Антон Артём Борис Вадим Валентин Валерий Василий Виктор Виталий Владимир
    Владислав Вячеслав Геннадий Георгий Глеб Григорий Даниил Денис Дмитрий Евгений Егор Иван Игорь Илья Кирилл
    Константин Лев Леонид Максим Марк Матвей Михаил Никита Николай Олег Павел Пётр Роман Руслан Семён Сергей Станислав
    Степан Тимофей Фёдор Юрий Ярослав""",
    """Абрамов Агафонов Алексеев Андреев Антонов Афанасьев Баранов Белов Беляев Беспалов Богданов Борисов Быков Васильев
    Виноградов Власов Волков Воробьёв Воронцов Гаврилов Герасимов Голубев Горбунов Григорьев Гусев Давыдов Данилов
    Денисов Дмитриев Егоров Емельянов Ермаков Ефимов Жуков Зайцев Захаров Зуев Иванов Игнатьев Ильин Исаев Калинин
    Карпов Киселёв Климов Ковалёв Козлов Комаров Кондратьев Королёв Котов Кузнецов Кузьмин Лазарев Лебедев Макаров
    Максимов Мартынов Медведев Мельников Миронов Михайлов Морозов Назаров Никитин Николаев Новиков Орлов Осипов
    Павлов Панов Петров Поляков Пономарёв Попов Романов Савельев Семёнов Сергеев Сидоров Смирнов Соколов Соловьёв
    Сорокин Степанов Тарасов Тимофеев Титов Тихонов Устинов Фёдоров Филиппов Фомин Фролов Цветков Чернов Шестаков
    Щербаков Яковлев""",
)
_UZBEK: Final = _names(
    """Азиз Акмал Алишер Анвар Бахтиёр Бобур Дилшод Жавлон Зафар Илхом Камол Лазиз Мурод Нодир Отабек Равшан Санжар
    Тимур Улугбек Фарход Хуршид Шерзод""",
    """Абдуллаев Ахмедов Бакиров Ганиев Досматов Ибрагимов Исмаилов Каримов Мирзаев Назаров Норматов Рахимов Саидов
    Султанов Ташматов Турсунов Умаров Файзиев Хамидов Юлдашев""",
)
_TAJIK: Final = _names(
    """Абдулло Бахром Далер Джамшед Зафар Исмоил Комрон Мехрубон Насим Парвиз Рустам Сорбон Умед Фаррух
    Фирдавс Хуршед Шахром""",
    """Азизов Бобоев Валиев Гафуров Давлатов Зоиров Исоев Кодиров Латипов Мирзоев Назриев Одинаев Рахмонов Сафаров
    Тагоев Хакимов Шарипов""",
)
_ENGLISH: Final = _names("Daniel David James John Joseph Michael Peter Samuel", "Adams Brown Clark Moore Smith Taylor")
_HUNGARIAN: Final = _names(
    "Attila Balázs Gábor István László Péter Tamás Zoltán", "Horváth Kiss Kovács Nagy Szabó Tóth"
)
_SPANISH: Final = _names("Carlos Diego Javier José Luis Manuel Pablo Raúl", "Castro Díaz García López Pérez Ruiz")

NAMES: Final[Mapping[Language, Names]] = MappingProxyType(
    {
        Language.RU: _RUSSIAN,
        Language.UZ: _UZBEK,
        Language.TG: _TAJIK,
        Language.EN: _ENGLISH,
        Language.ES: _SPANISH,
        Language.HU: _HUNGARIAN,
    }
)
"""Language -> names of its speakers."""
