"""Uzbek wording in Latin letters with a plain apostrophe, so that one segment is 160 characters."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.sms.wording import Template

_DISAGREE: Final = "Rozi bo'lmasangiz: ETIROZ {code}"

UZBEK: Final[Mapping[Template, str]] = MappingProxyType(
    {
        Template.OFFER: "[{name}, ]{service} {when}, {place}, {rate}/soat. Kod {code}: 1=ha 2=yo'q",
        Template.OFFER_URGENT: "[{name}, ]SHOSHILINCH {service} {when}, {place}, {rate}/soat. Kod {code}: 1=ha 2=yo'q",
        Template.OFFERS: "[{name}, ]{offers}. Javob: kod va 1=ha 2=yo'q, masalan {code} 1",
        Template.OFFER_WITHDRAWN: "Taklif bekor qilindi (kod {code})[, {when}]. Javobingiz uchun rahmat!",
        Template.ACCEPTED_PRIMARY: (
            "Siz asosiy tarkibdasiz: {when}, {address}.[ Yig'ilish: {meeting}.] Kela olmasangiz, yozing: bormayman"
        ),
        Template.ACCEPTED_RESERVE: (
            "Siz zaxiradasiz: {when}, {address}. Keling[: kerak bo'lmasangiz ham {hours} soat to'lanadi]"
        ),
        Template.ACCEPTED_STANDBY: (
            "Siz navbatdasiz, raqamingiz {number}: {when}. Telefon yoningizda bo'lsin[, soat {time} dan bo'shsiz]. "
            "Boshqa ish olsangiz bo'ladi"
        ),
        Template.TURNED_AWAY: (
            "Rahmat! Joylar band bo'ldi: {when}[ (kod {code})]. Keyingi safar birinchi sizni chaqiramiz"
        ),
        Template.BUSY: "Taklif bekor qilindi (kod {code}): {when} - sizda boshqa smena bor",
        Template.DECLINED_OK: "Tushunarli, javobingiz uchun rahmat",
        Template.WHICH: "Qaysi smenaga? Kod bilan javob bering: {choices}",
        Template.WHICH_NO: "Qaysi smenani rad etasiz? Masalan, javob bering: {code} yo'q. {choices}",
        Template.WHICH_DAY: "Qaysi smenaga kelmaysiz? Masalan, javob bering: {code} bormayman. {choices}",
        Template.RECONFIRM_EVENING: "Eslatma: {when}, {place}. Kelasizmi? 1=ha 2=yo'q[, kod {code}]",
        Template.RECONFIRM_DAY: "Smena yaqin: {when}, {place}. Albatta kelasizmi? 1=ha 2=yo'q[, kod {code}]",
        Template.DOUBTFUL_AGAIN: (
            "Iltimos, javob bering: {when}, {place}. Kelasizmi? 1=ha 2=yo'q[, kod {code}]. Bo'lmasa telefon qilamiz"
        ),
        Template.RECONFIRMED: "Rahmat, belgiladik: {when}",
        Template.PROMOTION: "Asosiy tarkibda joy bo'shadi: {when}, {address}. Kod {code}: 1=ha 2=yo'q",
        Template.PROMOTED: "Joy bo'shadi: endi siz asosiy tarkibdasiz, {when}, {address}",
        Template.PROMOTION_TAKEN: "Rahmat, bu joy band bo'ldi[ (kod {code})]",
        Template.CHANGE: "Smena o'zgardi: endi {when}, {address}. Kod {code}: 1=ha 2=yo'q",
        Template.CANCELLED_BY_CLIENT: (
            "Buyurtma bekor qilindi: {when}, {place}. Kelmang.[ {hours} soat to'lanadi.] Javob: 1=tushundim"
        ),
        Template.RELEASED: "Odam kamroq kerak, siz bo'shsiz: {when}.[ {hours} soat to'lanadi.] Rahmat!",
        Template.PRESENT: "{count} kishining hammasi shu yerdami? 1=hamma yoki yo'qlarning raqami: {entries}",
        Template.PRESENT_NOTED: "Rahmat, yozildi[: {count} kishi yetishmaydi]",
        Template.ETA: "Necha daqiqada yetib kelasiz? Raqam bilan javob bering",
        Template.UNACCOUNTED: (
            "Qayerdasiz? Smena {when} boshlandi. Necha daqiqada yetib kelasiz? Raqam yozing yoki: keldim"
        ),
        Template.NO_SHOW: f"Siz kelmadingiz: {{when}}. Reytingingiz endi {{rating}}[, jarima {{amount}}]. {_DISAGREE}",
        Template.NO_SHOW_REVERSED: (
            "Uzr so'raymiz: siz {when} smenada edingiz. Belgi olindi, reyting va pul qaytarildi"
        ),
        Template.MARKS_EXCUSED: "Smena {when}: sizda ayb yo'q. Belgi olindi, reyting va pul qaytarildi",
        Template.CANCEL_CONFIRMED: (
            "Siz smenadan chiqarildingiz: {when}, {place}.[ Reytingingiz endi {rating}.][ Ushlab qolamiz: {amount}.]"
            f"[ {_DISAGREE}.][ Fikringiz o'zgarsa, {{minutes}} daqiqada QAYTAR deb yozing]"
        ),
        Template.RESTORED: "Siz yana yozildingiz ({seat}): {when}",
        Template.NOT_RESTORED: "Smenani qaytarib bo'lmadi, {when}: bu joy band bo'ldi",
        Template.LATE_FINED: (
            f"Smenaga {{minutes}} daqiqa kechikdingiz: {{when}}. Reytingingiz endi {{rating}}, jarima {{amount}}. "
            f"{_DISAGREE}"
        ),
        Template.LEFT_EARLY: (
            f"Smenadan erta ketdingiz: {{when}}. Reytingingiz endi {{rating}}[, jarima {{amount}}]. {_DISAGREE}"
        ),
        Template.SENT_AWAY: (
            f"Ishga qo'yilmadingiz: {{when}}. Reytingingiz endi {{rating}}[, jarima {{amount}}]. {_DISAGREE}"
        ),
        Template.LEAD_LINK: "Siz smena brigadirisiz: {when}. Kim kelganini shu yerda belgilang: {link}",
        Template.LATE_NOTED: "{minutes} daqiqa kechikish yozildi, soat {time} da kutamiz",
        Template.ARRIVED_NOTED: "Soat {time} da belgiladik. Rahmat!",
        Template.ON_WAY_NOTED: "Rahmat! Yetib kelganda yozing: keldim",
        Template.NOTICE_NOTED: "Rahmat, belgiladik",
        Template.APPEAL_NOTED: "E'tiroz qabul qilindi (kod {code}). Odam hal qiladi, sizga yozamiz",
        Template.WORKER_LINK: "Sizning sahifangiz[, {name}]: {link} Havola faqat siz uchun, hech kimga bermang",
        Template.NUMBER_CODE: "[{name}, ]raqamingiz yangimi? {code} deb javob bering, ishlar shu yerga keladi",
        Template.NUMBER_PROVEN: "Rahmat, raqam tasdiqlandi",
        Template.OTHER_PHONE: (
            "Boshqa raqamdan javob beryapsiz (kod {code}). Biz yozgan raqamning oxirgi 4 raqamini yuboring"
        ),
        Template.OTHER_PHONE_TAKEN: "Rahmat, javobingiz yozildi (kod {code})",
        Template.PARTY_HELD: (
            "Sheriklaringizga joy saqlaymiz: {count}, {time} gacha. Har biri o'z raqamidan javob bersin"
        ),
        Template.PARTY_UNKNOWN: "Ba'zilarini bilmaymiz: {count}. O'z raqamlaridan yozishsin, suhbatga chaqiramiz",
        Template.SUBSTITUTE_ASKED: (
            "O'rningizga keladigan odam o'z raqamidan javob bersin. Ungacha {when} smena sizniki"
        ),
        Template.SUBSTITUTED: "{when} smenangizni boshqa odam oldi. Siz bo'shsiz, rahmat!",
        Template.CLIENT_BOOKED: "Buyurtma qabul qilindi: {when}, {address}. Odamlar: {count}",
        Template.CLIENT_CHECK: (
            "Buyurtmangiz {when}, {address}. Odamlar: {count}. 1 - hammasi to'g'ri, 2 - telefon qiling"
        ),
        Template.CLIENT_NOTED: "Rahmat, brigadani kuting",
        Template.CLIENT_RING: "Rahmat, hozir telefon qilamiz",
        Template.CLIENT_ON_WAY: "Brigada yo'lda: {when}, {address}. Odamlar: {count}[. Boshliq: {name}]",
        Template.CLIENT_SHORT: "{when} buyurtma: hozircha {number} / {count}. Yana qidiryapmiz, telefon qilamiz",
        Template.CLIENT_BILL: "{when} buyurtma bajarildi. To'lov: {amount}",
        Template.TIME_INFO: "Smenangiz: {when}[. Yig'ilish: {meeting}]",
        Template.BRING_INFO: "{when} smenaga olib keling: {what}",
        Template.STOP_CONFIRMED: "Endi sizga yozmaymiz. Yana takliflar olish uchun javob bering: START",
        Template.START_CONFIRMED: "Sizga yana takliflar yuboramiz",
        Template.PAY_INFO: "Smena {when}: {rate}/soat[, kamida {hours} soat]",
        Template.ADDRESS_INFO: "Smena {when}. Manzil: {address}.[ Yig'ilish: {meeting}.]",
        Template.CLARIFY: (
            "Javobingizni tushunmadik[ (kod {code})]. Raqam bilan javob bering: 1 - roziman, 2 - rad etaman"
        ),
        Template.CLARIFY_LIST: (
            "Ro'yxatni tushunmadik. Hamma kelgan bo'lsa 1, bo'lmasa raqamlar vergul bilan, masalan 3, 7"
        ),
        Template.CLARIFY_OFFER: (
            "Smena {when}, boshqa vaqt yo'q (kod {code}). Raqam bilan javob bering: 1 - roziman, 2 - rad etaman"
        ),
        Template.ALARM: "Signal[: {what}, {when}]. {minutes} daqiqadan beri hech kim olmadi, doskani oching",
        Template.STILL_OPEN: "Yana javob kutamiz: {codes}",
    }
)
