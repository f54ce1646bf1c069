"""Hungarian wording in letters of the GSM alphabet: é, ö and ü stand, other accents are left off as on old phones."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.sms.wording import Template

_DISAGREE: Final = "Ha nem ért egyet: VITA {code}"

HUNGARIAN: Final[Mapping[Template, str]] = MappingProxyType(
    {
        Template.OFFER: "[{name}, ]{service} {when}, {place}, {rate}/ora. Kod {code}: 1=igen 2=nem",
        Template.OFFER_URGENT: "[{name}, ]SÜRGÖS {service} {when}, {place}, {rate}/ora. Kod {code}: 1=igen 2=nem",
        Template.OFFERS: "[{name}, ]{offers}. Valasz: kod és 1=igen 2=nem, pl. {code} 1",
        Template.OFFER_WITHDRAWN: "Az ajanlat megszünt (kod {code})[, {when}]. Köszönjük a valaszt!",
        Template.ACCEPTED_PRIMARY: (
            "Ön a fö csapatban van: {when}, {address}.[ Talalkozo: {meeting}.] Ha nem tud jönni, irja: nem jövök"
        ),
        Template.ACCEPTED_RESERVE: "Ön tartalék: {when}, {address}. Jöjjön el[: ha nem kell, {hours} orat fizetünk]",
        Template.ACCEPTED_STANDBY: (
            "Ön varolistan van, sorszam {number}: {when}. Legyen telefonközelben[, {time} utan szabad]. "
            "Mas munkat vallalhat"
        ),
        Template.TURNED_AWAY: "Köszönjük! Minden hely betelt: {when}[ (kod {code})]. Legközelebb elsöként hivjuk",
        Template.BUSY: "Az ajanlat megszünt (kod {code}): {when} - akkor mas müszakja van",
        Template.DECLINED_OK: "Rendben, köszönjük a valaszt",
        Template.WHICH: "Melyik müszak? Valaszoljon a koddal: {choices}",
        Template.WHICH_NO: "Melyik müszakot nem vallalja? Valasz pl.: {code} nem. {choices}",
        Template.WHICH_DAY: "Melyik müszakra nem jön? Valasz pl.: {code} nem jövök. {choices}",
        Template.RECONFIRM_EVENING: "Emlékeztetö: {when}, {place}. Jön? 1=igen 2=nem[, kod {code}]",
        Template.RECONFIRM_DAY: "Hamarosan müszak: {when}, {place}. Biztosan jön? 1=igen 2=nem[, kod {code}]",
        Template.DOUBTFUL_AGAIN: (
            "Kérjük, valaszoljon: {when}, {place}. Jön? 1=igen 2=nem[, kod {code}]. Különben telefonalunk"
        ),
        Template.RECONFIRMED: "Köszönjük, feljegyeztük: {when}",
        Template.PROMOTION: "Hely szabadult fel a fö csapatban: {when}, {address}. Kod {code}: 1=igen 2=nem",
        Template.PROMOTED: "Hely szabadult fel: mar a fö csapatban van, {when}, {address}",
        Template.PROMOTION_TAKEN: "Köszönjük, ez a hely mar betelt[ (kod {code})]",
        Template.CHANGE: "Valtozott a müszak: most {when}, {address}. Kod {code}: 1=igen 2=nem",
        Template.CANCELLED_BY_CLIENT: (
            "A megrendelést töröltük: {when}, {place}. Ne jöjjön.[ {hours} orat fizetünk.] Valasz: 1=értem"
        ),
        Template.RELEASED: "Kevesebb ember kell, Ön szabad: {when}.[ {hours} orat fizetünk.] Köszönjük!",
        Template.PRESENT: "Mind a {count} itt van? 1=mind, vagy a hianyzok szama: {entries}",
        Template.PRESENT_NOTED: "Köszönjük, feljegyeztük[: {count} hianyzik]",
        Template.ETA: "Hany perc mulva ér ide? Szammal valaszoljon",
        Template.UNACCOUNTED: (
            "Hol van? A müszak ({when}) megkezdödött. Hany perc mulva ér ide? Irjon szamot, vagy: itt vagyok"
        ),
        Template.NO_SHOW: f"Nem jött el: {{when}}. Értékelése most {{rating}}[, birsag {{amount}}]. {_DISAGREE}",
        Template.NO_SHOW_REVERSED: (
            "Elnézést: ott volt a müszakban, {when}. A jelölést töröltük, az értékelés és a pénz visszajart"
        ),
        Template.MARKS_EXCUSED: "A müszak ({when}) nem esik a terhére: jelölés törölve, értékelés és pénz rendben",
        Template.CANCEL_CONFIRMED: (
            "Levettük a müszakrol: {when}, {place}.[ Értékelése most {rating}.][ Levonunk: {amount}.]"
            f"[ {_DISAGREE}.][ Meggondolta? {{minutes}} percen belül irja: VISSZA]"
        ),
        Template.RESTORED: "Ujra be van osztva ({seat}): {when}",
        Template.NOT_RESTORED: "A müszakot ({when}) nem adhatjuk vissza: ez a hely mar betelt",
        Template.LATE_FINED: ("{minutes} perc késés, {when}. Értékelése most {rating}, birsag {amount}. " + _DISAGREE),
        Template.LEFT_EARLY: (
            f"Koran ment el a müszakbol: {{when}}. Értékelése most {{rating}}[, birsag {{amount}}]. {_DISAGREE}"
        ),
        Template.SENT_AWAY: (
            f"Nem engedték dolgozni: {{when}}. Értékelése most {{rating}}[, birsag {{amount}}]. {_DISAGREE}"
        ),
        Template.LEAD_LINK: "Ön a csapatvezetö: {when}. Itt jelölje, ki jött el: {link}",
        Template.LATE_NOTED: "Feljegyeztük: {minutes} perc késés, varjuk {time}",
        Template.ARRIVED_NOTED: "Feljegyeztük: {time}. Köszönjük!",
        Template.ON_WAY_NOTED: "Köszönjük! Ha megérkezett, irja: itt vagyok",
        Template.NOTICE_NOTED: "Köszönjük, feljegyeztük",
        Template.APPEAL_NOTED: "A vitat megkaptuk (kod {code}). Ember dönt, irunk",
        Template.WORKER_LINK: "Az Ön oldala[, {name}]: {link} Csak Önnek szol, ne adja tovabb",
        Template.NUMBER_CODE: "[{name}, ]uj szam? Valaszoljon: {code}, és ide jönnek a munkak",
        Template.NUMBER_PROVEN: "Köszönjük, a szam rendben van",
        Template.OTHER_PHONE: "Masik szamrol valaszol (kod {code}). Irja meg a szam utolso 4 jegyét, ahova irtunk",
        Template.OTHER_PHONE_TAKEN: "Köszönjük, a valaszat feljegyeztük (kod {code})",
        Template.PARTY_HELD: (
            "Helyet tartunk a tarsainak: {count}, eddig: {time}. Mindenki a sajat szamarol valaszoljon"
        ),
        Template.PARTY_UNKNOWN: "Akiket nem ismerünk: {count}. Irjanak a sajat szamukrol, behivjuk öket beszélgetésre",
        Template.SUBSTITUTE_ASKED: "A helyettese valaszoljon a sajat szamarol. Addig a {when} müszak az Öné",
        Template.SUBSTITUTED: "A müszakot mas vette at, Ön szabad: {when}. Köszönjük!",
        Template.CLIENT_BOOKED: "Megrendelés rögzitve: {when}, {address}. Létszam: {count}",
        Template.CLIENT_CHECK: "Megrendelés: {when}, {address}. Létszam: {count}. 1 - minden rendben, 2 - hivjanak fel",
        Template.CLIENT_NOTED: "Köszönjük, a csapat jön",
        Template.CLIENT_RING: "Köszönjük, mindjart hivjuk",
        Template.CLIENT_ON_WAY: "A csapat uton van: {when}, {address}. Létszam: {count}[. Vezetö: {name}]",
        Template.CLIENT_SHORT: "Megrendelés {when}: eddig {number} / {count} fö. Keresünk még, hivjuk",
        Template.CLIENT_BILL: "A {when} megrendelés kész. Fizetendö: {amount}",
        Template.TIME_INFO: "Az Ön müszakja: {when}[. Talalkozo: {meeting}]",
        Template.BRING_INFO: "A {when} müszakra hozd: {what}",
        Template.STOP_CONFIRMED: "Többet nem irunk. Ha ujra kér ajanlatokat, valaszoljon: START",
        Template.START_CONFIRMED: "Ujra küldünk ajanlatokat",
        Template.PAY_INFO: "Müszak {when}: {rate}/ora[, legalabb {hours} ora]",
        Template.ADDRESS_INFO: "Müszak {when}. Cim: {address}.[ Talalkozo: {meeting}.]",
        Template.CLARIFY: (
            "Nem értettük a valaszt[ (kod {code})]. Szammal valaszoljon: 1 - vallalja, 2 - nem vallalja"
        ),
        Template.CLARIFY_LIST: ("Nem értettük a listat. 1, ha mindenki eljött, különben a szamok vesszövel, pl. 3, 7"),
        Template.CLARIFY_OFFER: (
            "A müszak {when}, mas idöpont nincs (kod {code}). Szammal valaszoljon: 1 - vallalja, 2 - nem vallalja"
        ),
        Template.ALARM: "Riasztas[: {what}, {when}]. {minutes} perce senki nem vette fel, nyissa meg a tablat",
        Template.STILL_OPEN: "Még varjuk a valaszt: {codes}",
    }
)
