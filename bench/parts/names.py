"""Names for a crowd: as unequal as real ones, a few very common and most of them rare, with codes and their lists."""

from typing import Final

import asyncpg

_SURNAMES: Final = (
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев "
    "Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов "
    "Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин "
    "Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков Баранов Филиппов Комаров "
    "Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев Титов Марков Миронов Крылов Куликов Карпов Власов "
    "Мельников Денисов Гаврилов Тихонов Казаков Афанасьев Данилов Савельев Тимофеев Фомин Чернов Абрамов Мартынов "
    "Ефимов Федотов Щербаков Назаров Калинин Исаев Чернышёв Быков Маслов Родионов Коновалов Лазарев Воронин Климов "
    "Жаров Звягинцев Яшин Юдин Эрдниев Шубин Чижов Цветков Ходаков Уткин Третьяков Рыжов Пущин Ощепков Нефёдов"
)
_FIRST: Final = (
    "Александр Сергей Дмитрий Алексей Андрей Иван Михаил Артём Николай Павел Евгений Владимир Денис Роман Илья "
    "Максим Антон Олег Юрий Виктор Рустам Азамат Фарход Бахром Шерзод Тимур Ильдар Руслан Эдуард Яков"
)
_NAMED: Final = """
WITH s AS (SELECT string_to_array('{surnames}', ' ') AS last, string_to_array('{first}', ' ') AS first)
UPDATE worker_contacts c
SET last_name = s.last[1 + floor(array_length(s.last, 1) * power(d.a, 2))::int]
                || CASE WHEN d.c < 0.2 THEN '' ELSE (ARRAY['ов', 'ский', 'енко', 'ян'])[1 + floor(d.d * 4)::int] END,
    first_name = s.first[1 + floor(array_length(s.first, 1) * power(d.b, 2))::int],
    external_id = CASE WHEN d.c < 0.8 THEN 'К-' || d.n END
FROM s, (SELECT worker_id, random() AS a, random() AS b, random() AS c, random() AS d, row_number() OVER () AS n
         FROM worker_contacts) d
WHERE d.worker_id = c.worker_id
"""
_STATUSES: Final = """
UPDATE workers
SET status = CASE WHEN random() < 0.01 THEN 'banned' WHEN random() < 0.05 THEN 'applicant' ELSE status END
"""
_LISTED: Final = """
TRUNCATE worker_lines;
INSERT INTO worker_lines (worker_id, franchise_id, last_name, first_name, external_id, sought,
                          status, skills, rating, capped_until, invitable)
SELECT c.worker_id, c.franchise_id, c.last_name, c.first_name, c.external_id,
       worker_sought(c.first_name, c.last_name, c.external_id),
       w.status, w.skills, w.rating, w.capped_until, w.invitable
FROM worker_contacts c JOIN workers w ON w.id = c.worker_id
"""


async def name_crowd(superuser: asyncpg.Connection) -> None:
    """Give everybody of a crowd a name, four of five a code, some another status; and list them.

    Args:
        superuser: its session skips triggers meanwhile, as when the crowd was filled.
    """
    async with superuser.transaction():
        await superuser.execute("SET LOCAL session_replication_role = replica; SELECT setseed(0.25)")
        await superuser.execute(_NAMED.format(surnames=_SURNAMES, first=_FIRST))
        await superuser.execute(_STATUSES)
        await superuser.execute(_LISTED)
