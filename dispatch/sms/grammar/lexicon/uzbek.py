"""Uzbek, written in Cyrillic; the Latin spelling is derived, colloquial Latin is added where it differs."""

from dispatch.sms.grammar.lexicon.form import AFTERNOON, EVENING, MORNING, NIGHT, Lexicon
from dispatch.sms.grammar.senses import Role, Sense, StatedDay

UZBEK = Lexicon(
    mendable=False,
    latin=True,
    phrases={
        Sense.REASON: """
            тўй; тўйга; тўйда; тўйи; духтир; духтирга; дўхтир; дўхтирга; доктор; врачга; больница; больницада
            шифохона; шифохонада; касалхона; касалхонада; имтиҳон; имтиҳоним; ўқиш; ўқишим; мактаб; боғча; бола
            болам; болалар; хотиним; онам; отам; отамлар; бувим; жаноза; маърака; меҳмон; меҳмонлар; туғилган кун
            самолёт; сафар; сафарда; йўлга чиқаман; ватанда; уйга кетаман; қишлоқда; қишлоққа; бошим оғрияпти
            бошим; белим; белим оғрияпти; оёғим; қўлим; тишим; иситмам; иситма; шамоллаб; шамолладим; чарчадим
            чарчаганман; ухлайман; мошина бузилди; мошинам бузилди; мошинам; дам олиш куни; to'y; toy; to'yga
            to'yda; duxtir; do'xtir; do'xtirga; imtihon; maktab; bolam; bola; xotinim; onam; otam; janoza; mehmon
            boshim; belim; tishim; isitma; charchadim; charchaganman; mashina buzildi; qishloqda; oilaviy; оилавий
            shifokorga; shifokor; шифокорга; шифокор; poliklinika; поликлиника; касалхонага; kasalxonaga
            kasalxonada; tishga; тиш докторга; tug'ilgan kun; bayram; байрам; hayit; ҳайит; қурилиш уйда; ремонт
            remont; ko'chyapmiz; кўчяпмиз; qarindoshlar; қариндошлар; kelin; келин; kuyov; beshik to'y; sunnat to'y
            uchoqda; aeroportda; аэропортда; vokzalda""",
        Sense.REGRET: """
            афсуски; афсус; минг афсус; афсуски лекин; узр лекин; afsuski; afsus; uzr lekin; кечирасиз лекин""",
        Sense.YES: """
            ҳа; ҳа ҳа албатта; ҳа албатта; албатта; розиман; розимиз; тайёрман; тайёрмиз; тайёр; майли; майлику
            бўлади; бўлади ака; ҳа бўлади; қила оламан; бора оламан; кела оламан; чиқа оламан; боролман
            боро оламан; келоламан; бороламан; чиқоламан; бор оламан; ишлайман; ишлаймиз; қабул қиламан; қабул
            оламан; ёзиб қўйинг; мени ёзинг; мени ёзиб қўйинг; рози; муаммо йўқ; проблема йўқ; қаршилигим йўқ
            қарши эмасман; жоним билан; бажонидил; xa; hop bolad; boladi; bo'ladi; roziman; tayorman; tayyorman
            mayli; mayliku; tasdiqlayman; тасдиқлайман; қатнашаман; boʻladi; bulad; buladi; mumkin albatta
            kela olaman; bora olaman; гап йўқ; гап йук; gap yo'q; gap yoq; муаммо йук; muammo yo'q; muammo yoq
            yo'q demayman; albatta boraman; bemalol; бемалол; kelishdik; келишдик""",
        Sense.COME: """
            бораман; борамиз; келаман; келамиз; чиқаман; чиқамиз; етиб бораман; етиб келаман; бўламан; бўламиз
            у ерда бўламан; жойида бўламан; ишга чиқаман; ишга бораман; baraman; boramn; boraman ha; borаман
            kelaman; chiqaman; boramiz; kelamiz; borman ertaga; vaqtida boraman; ўз вақтида бораман; borama; борама
            kelama""",
        Sense.OKAY: """
            хўп; хуп; ҳўп; яхши; хоп; окей ака; зўр; xo'p; xop; hop; hup; yaxshi; yahshi; zo'r; яхши бўлади; xup
            майли хўп""",
        Sense.LEAN: """
            хоҳлайман; истайман; бўшман; мумкин; мен бўшман; иш керак; ишлашни хоҳлайман; bo'shman; иш керак эди
            қизиқаман; менам; мен ҳам""",
        Sense.UNDERSTOOD: "тушундим; тушунарли; билдим; кўрдим; ўқидим; тушундик; tushundim; tushunarli",
        Sense.RECEIVED: "қабул қилдим; қабул қилинди; олдим",
        Sense.NO: """
            ҳеч бири; ҳеч қайси; ҳеч қайсиси; эмас; emas; йўқ; йўғ; йук; yo'q; yuq; yoq; yuk; йоқ; йўқ йўқ
            йўқ раҳмат; жоқ; йўқ ака""",
        Sense.REFUSE: """
            йўқман; уйда йўқман; шаҳарда йўқман; боролмайман; боролмиман; бора олмайман; бора олмиман; келолмайман
            кела олмайман; келолмиман; чиқолмайман; чиқа олмайман; бормайман; бормиман; келмайман; келмиман
            чиқмайман; чиқмиман; қилолмайман; қила олмайман; ишламайман; ишлай олмайман; ишлолмайман
            улгурмайман ишга; олмайман; бўлмайман; бормаймиз; боролмаймиз; келолмаймиз; келмаймиз; бандман; банд
            вақтим йўқ; вақт йўқ; касалман; касал; касал бўлдим; касал бўлиб қолдим; иситмам бор; оғрияпман
            мазам йўқ; тобим йўқ; тобим қочди; отпускадаман; таътилдаман; шаҳарда эмасман; бошқа шаҳардаман
            уйда эмасман; иложим йўқ; имконим йўқ; имкон йўқ; имконият йўқ; иложи йўқ; ўтказиб юбораман
            бош тортаман; рад этаман; бўлмайди; бўлмас; бўлмади; тўй бор; тўйим бор; ишим бор; бошқа ишим бор
            кейинги сафар; бошқа сафар; кейинги гал; бошқа куни; мен йўқман; ҳозир эмас; тайёр эмасман; bormayman
            borolmayman; kelolmayman; bandman; vaqtim yoq; kasalman; ishim bor; bo'lmaydi; bolmaydi; bulmaydi
            mazam yoq; борма йман; иш бор; бошқа иш топдим; иш топдим; ishlamayman; chiqolmayman""",
        Sense.BUSY: """
            ишдаман; ишлаяпман; ишлаябман; бошқа ишдаман; уйдаман; дам оляпман; дам олиш; меҳмондаман; ўқишдаман
            ishlayapman; ishdaman; сменадаман""",
        Sense.DISAGREE: "розимасман; рози эмасман; розимас; rozimasman; rozi emasman",
        Sense.UNWANTED: """
            керак эмас; керакмас; керакмас раҳмат; қизиқмайман; қизиқарли эмас; хоҳламайман; истамайман; kerak emas
            kerakmas; hohlamayman; qiziqmayman; қизиқтирмайди""",
        Sense.CANCEL: """
            бекор қилинг; бекор қиламан; бекор; бекор қил; мени олиб ташланг сменадан/заявкадан/буюртмадан
            мени ўчиринг сменадан/заявкадан; бошқа одам топинг; мени кутманг; кутманг; ўрнимга одам топинг
            bekor qiling; bekor qilaman; kutmang; мени сменадан олиб ташланг/чиқаринг/ўчиринг
            сменадан олиб ташланг; мени рўйхатдан чиқаринг сменадан; мени заявкадан олиб ташланг
            meni smenadan olib tashlang/chiqaring; smenadan olib tashlang
            бошқани ёзинг; бошқасини ёзинг; бошқа одамни ёзинг; бошқа одам ёзинг; бошқани чақиринг
            бошқа одамни чақиринг; бошқасини чақиринг; бошқани олинг""",
        Sense.UNTIMELY: """
            улгурмайман; улгура олмайман; улгуролмайман; етиб боролмайман; етиб бора олмайман; ulgurmayman
            улгурмиман""",
        Sense.MAYBE: """
            балки; балким; эҳтимол; шояд; билмадим; билмайман; билмиман; ҳали билмайман; кўрамиз; кўраман; кўрай
            кўрайлик; ўйлаб кўраман; ўйлайман; уйлаб кураман; ҳаракат қиламан; харакат киламан; агар; агарда
            ишончим комил эмас; аниқ эмас; аниқ айтолмайман; айта олмайман; сўраб кўраман; насиб бўлса
            худо хоҳласа; иншоаллоҳ; иншаллох; inshaalloh; inshalla; insha alloh; кейин айтаман; кейин ёзаман
            хабар бераман; balki; bilmadim; bilmayman; koramiz; ko'ramiz; agar; harakat qilaman; bolishi mumkin
            бўлиши мумкин; бўлса; борса; қийин; қўнғироқ қиламан; телефон қиламан; сўраб айтаман; сураб айтаман
            so'rab aytaman; маслаҳатлашиб айтаман; keyin aytaman; ўйлаб айтаман; o'ylab aytaman; ha yo'q; ҳа йўқ
            ха йук
            қалам билан; қаламда; захирага; захира қилиб; эҳтиёт учун; эҳтиётга; zaxiraga""",
        Sense.BUT: """
            лекин; аммо; бироқ; фақат; ёки; кейин; олдин; эртароқ; гача; дан кейин; кечқурун; эрталаб; кундузи
            тушдан кейин; тушгача; кечаси; бошқа; ярим кун; яхшироқ; эрта; кеч; lekin; faqat; yoki; keyin; узоқ
            узок; арзон; кам; кўпроқ; uzoq; қолган
            чала; қисман; ярмини""",
        Sense.BOTH: """
            иккаласи; иккови; иккаласига; иккаласини; ҳар иккаласи; ҳаммаси; ҳаммасига; фарқи йўқ; ikkalasi
            ikkalasiga; hammasi; farqi yoq; бари бир; барибир""",
        Sense.ASK: """
            қанча; неча; нечта; қаерда; қаерга; қаер; қачон; нима; нимага; ким; кимсиз; қайси; қандай; қанақа
            соат нечада; соат нечча; неччида; нечида; нечада; нега; қани; борми; керакми; мумкинми; бўладими
            узоқми; айтинг; айтиб беринг; ташланг; ташлаб беринг; юборинг манзил*/локаци*
            манзил*/локаци* юборинг/ташланг; qancha; necha; qayerda; qayerga; qachon; nima; kim; qaysi; qanday
            qanaqa; nechida; nechchida; qayer; qaerda; qaerga; иш борми; тушунмадим; tushunmadim; тўлайсизлар
            берасизлар; qanchadan; kimga; kimdan; kim bilan; kimni; nechanchi; nimada; qayerdan; kimga uchrayman
            kimga uchrashaman; kimga boraman; kimga murojaat; qaysi darvoza; qaysi eshik; necha kun; necha soat
            qancha vaqt; qachongacha; nechagacha; qanday ish; ish nima; nima ish; ovqat bormi; ovqat beriladimi
            forma beriladimi; pulini qachon; pul qachon; qachon to'laysiz; кимга; кимдан; ким билан; кимни; нечанчи
            қаердан; кимга учрайман; кимга учрашаман; қайси дарвоза; неча кун; неча соат; қачонгача; нечагача
            қандай иш; иш нима; нима иш; овқат борми; пул қачон; пулини қачон""",
        Sense.TOPIC: """
            манзил*; пул; маош; ойлик; тўлов; ҳақи; иш ҳақи; нарх*; адресни; локация; метро; пулни; maosh; pul
            manzil*; tolov; to'lov; narx*; жой қаерда; ҳақ""",
        Sense.HELP: """
            тополмаяпман; топа олмаяпман; топа олмадим; тополмадим; кира олмаяпман; киролмаяпман; киритишмаяпти
            адашиб қолдим; topolmayapman; kirolmayapman; киргизишмаяпти; йўлни тополмаяпман; адресни тополмаяпман""",
        Sense.STOP: """
            тўхтатинг; тўхтат; тўхтатинглар; бас қилинг; бас қил; бас қилинглар; смс тўхтатинг; ёзманг; ёзманглар
            ёзма; менга ёзманг; бошқа ёзманг; бошқа ёзманглар; юборманг; юборманглар; юборма; бошқа юборманг
            смс юборманг; смс юборманглар; хабар юборманг; жўнатманг; жўнатманглар; смс жўнатманг; безовта қилманг
            безовта қилма; безовта қилманглар; тинч қўйинг; мени ўчиринг; мени ўчириб ташланг; рақамимни ўчиринг
            рақамимни ўчириб ташланг; рўйхатдан ўчиринг; рўйхатдан ўчириб ташланг; базадан ўчиринг
            базадан олиб ташланг; мени базадан ўчиринг/олиб; рўйхатдан чиқаринг; обунани бекор қилинг
            обунадан чиқариш; обунани ўчиринг; рассылкани тўхтатинг; керак эмас ёзманг; спам қилманг
            бошқа смс керак эмас; смс керак эмас; to'xtating; toxtating; tohtating; to'xtat; toxtat; tuxtating
            yozmang; yozmanglar; menga yozmang; boshqa yozmang; yubormang; yubormanglar; sms yubormang
            bezovta qilmang; o'chiring meni; meni o'chiring; raqamimni o'chiring; jo'natmang; bas qiling
            tinch qo'ying; ёзмангла; ёзмела; ёзмелар; ёзмайла; ёзмайлар; ёзмагин; yozmela; yozmelar; yozmayla
            yozmaylar; yozmangla; yozmagin; юбормангла; юбормела; юбормайла; юбормагин; yubormela; yubormangla
            yubormayla; yubormagin; жўнатмангла; жўнатмела; jonatmangla; jonatmela; безовта қилмела
            безовта қилмангла; bezovta qilmela; bezovta qilmangla; смс ташламанг; смс ташламанглар; sms tashlamang
            ташламанг; ташламанглар; tashlamang; tashlamanglar; керакмас ёзманг; kerakmas yozmang; boshqa yozmela
            boshqa yubormela; ёзишни бас қилинг; ёзишни тўхтатинг; юборишни тўхтатинг; yozishni bas qiling
            yozishni to'xtating; yuborishni to'xtating; тинч қўйинглар; tinch qo'yinglar; рўйхатдан ўчиринглар
            o'chirib tashlang; o'chirib tashlanglar; ўчириб ташланглар; базангиздан ўчиринг; bazangizdan o'chiring
            номеримни ўчиринг; nomerimni o'chiring; номеримни ўчириб ташланг; nomerimni o'chirib tashlang
            obunani bekor qiling; obunadan chiqaring; обунадан чиқаринг
            смс келмасин; бошқа смс келмасин; хабар келмасин; бошқа хабар келмасин; sms kelmasin
            boshqa sms kelmasin; boshqa xabar kelmasin; смс олишни хоҳламайман; хабар олишни хоҳламайман
            sms olishni xohlamayman; xabar olishni xohlamayman; рақамимни олиб ташланг; raqamimni olib tashlang
            номеримни олиб ташланг; nomerimni olib tashlang; номеримни ўчириб юборинг; рақамимни ўчириб юборинг""",
        Sense.WRITE: "ёзиш; юбориш; жўнатиш; ёзишни; юборишни; жўнатишни",
        Sense.MESSAGES: """
            смс; смслар; хабар; хабарлар; хабарларингиз; рассылка; рассылкани; sms; smslar; xabar; xabarlar; спам""",
        Sense.REMOVE: "ўчиринг; ўчир; олиб ташланг; чиқаринг; чиқариб ташланг; ўчириб қўйинг; блок қилинг",
        Sense.LISTING: """
            рўйхат*; база; базадан; рақам*; номеримни; номерни; базангиздан; raqamimni; ro'yxatdan; royxatdan
            bazadan""",
        Sense.WEARY: """
            жонга тегдингиз; жонга тегди; безор қилдингиз; безор; jonga tegdingiz; бас; етар; етади; bas; yetar
            етарли""",
        Sense.PENALTY: "жарима*; jarima*; баҳо",
        Sense.UNFAIR: "нотўғри; адолатсиз; ноҳақ; асоссиз; notogri; noto'g'ri",
        Sense.STOP_ALONE: "",
        Sense.START: """
            бошланг; бошла; яна юборинг; яна ёзинг; обуна; обуна бўлиш; қайта ёқинг; яна ишламоқчиман
            яна ишлашни хоҳлайман; смс юборинг; yana yuboring; yana yozing; boshlang; хабар юборинг яна
            мени қўшинг; мени базага қўшинг; рўйхатга қўшинг; яна иш таклифларини юборинг; менга яна иш юборинг
            таклифларни яна юборинг; yana ish takliflarini yuboring; menga yana ish yuboring
            takliflarni yana yuboring""",
        Sense.RESTORE: """
            қайтаринг; қайтар; қайтариш; мени қайтаринг; жойимни қайтаринг; тикланг; тиклаш; qaytaring; qaytarish
            qaytar; қайтариб беринг; жойимни қайтариб беринг""",
        Sense.APPEAL: """
            эътироз; эътирозим бор; жаримага розимасман; жарима нотўғри; жаримага рози эмасман; жаримадан норозиман
            шикоят; шикоят қиламан; норозиман; баҳс; e'tiroz; etiroz; shikoyat; jarima notogri
            jarimaga rozi emasman; жарима адолатсиз; жаримани бекор қилинг; жаримани олиб ташланг
            jarimani bekor qiling; жарима ноҳақ""",
        Sense.WRONG_NUMBER: """
            адашдингиз; адашибсиз; адашяпсиз; хато рақам; нотўғри рақам; бошқа одам; бу бошқа одам; хато тушдингиз
            рақам хато; номер хато; хато номер; нотўғри номер; адашгансиз; adashdingiz; xato raqam; noto'g'ri raqam
            notogri raqam; boshqa odam; бу @ эмас; мен @ эмасман; bu @ emas; men @ emasman; bunday odam yoq
            бундай одам йўқ; янглишдингиз; adashibsiz; xato qildingiz; хато қилдингиз; мен сизни танимайман
            men sizni tanimayman; рақамни адаштирдингиз; адаштирдингиз; raqamni adashtirdingiz; adashtirdingiz
            номерни адаштирдингиз; бу бошқа рақам; boshqa odamning nomeri; bu boshqa odamning nomeri
            бошқа одамнинг номери; бу бошқа одамнинг номери; бу унинг номери эмас; bu uning nomeri emas
            нотўғри тушдингиз; noto'g'ri tushdingiz; бу номер меники; bu nomer meniki; симкарта янги
            raqam egasi o'zgargan; рақам эгаси ўзгарган; мен у эмасман; men u emasman; мен бошқа одамман
            men boshqa odamman; танимайман бундай одамни; bunday odamni tanimayman; бундай одамни танимайман
            ишламайман сизларда; men sizlarda ishlamayman; мен сизларда ишламаганман""",
        Sense.CALL: """
            қўнғироқ қилинг; қўнғироқ қил; телефон қилинг; телефон қил; тел қилинг; тел қилворинг; тел қил
            менга телефон қилинг; менга қўнғироқ қилинг; қайта қўнғироқ қилинг; чалинг; qo'ng'iroq qiling
            qongiroq qiling; telefon qiling; tel qiling; menga telefon qiling; telefon qilvoring; tel qilvoring
            қўнғироқ қилворинг; гаплашайлик; гаплашиш керак; звонок қилинг; qungiroq qiling; telefon qilib yuboring
            tel qilinglar; tel qilingla; телефон қилинглар; тел қилинглар; қўнғироқ қилинглар
            чиқиб қўйинг телефонга; телефонга чиқинг; telefonga chiqing; алоқага чиқинг; aloqaga chiqing
            gaplashib olaylik; гаплашиб олайлик""",
        Sense.SUBSTITUTE: """
            ўрнимга; менинг ўрнимга; мени ўрнимга; акам боради; укам боради; дўстим боради; акам чиқади
            укам чиқади; дўстим чиқади; ўрнимга акам; ўрнимга укам; o'rnimga; ornimga; urnimga; mening o'rnimga
            akam boradi; ukam boradi; dostim boradi; ўртоғим боради; ўртоғим чиқади; мени ўрнимга бошқа одам
            akam keladi; укам келади; акам келади; ўрнимга укам/акам/ўртоғим/жияним боради/келади
            o'rnimga ukam/akam/o'rtog'im boradi/keladi""",
        Sense.LATE: """
            кечикаман; кечикяпман; кечикамиз; кечикдим; кеч қоламан; кеч бораман; кеч бўлади; кеч келаман
            кечикиб бораман; ухлаб қолдим; тиқилиб қолдим; пробкадаман; пробкага тушдим; тирбандлик; тирбандликда
            kechikaman; kechikyapman; kech qolaman; kech boraman; kechikamiz; kech kelaman; probkadaman
            uxlab qoldim; пробка бор; кечроқ бораман; кечроқ келаман; кечикиб; пробкада; пробкада турибман
            пробкада қолдим; probkada; probkada turibman; probkada qoldim; tirbandlikda""",
        Sense.LATER: "кечроқ; кейинроқ; сал кейин; kechroq; keyinroq",
        Sense.ARRIVED: """
            келдим; келдик; етиб келдим; етиб келдик; жойидаман; шу ердаман; шу ердамиз; объектдаман; обектдаман
            мен шу ердаман; жойдаман; жойдамиз; етиб бордим; бордим; етдим; keldim; keldik; yetib keldim
            yetib keldik; shu yerdaman; shu yerdamiz; joyidaman; joydaman; ob'ektdaman; obyektdaman; etib keldim
            шетдаман; мана келдим; дарвоза олдидаман; уже келдим""",
        Sense.HERE: "шу ерда; shu yerda",
        Sense.ON_WAY: """
            йўлдаман; йўлдамиз; кетяпман; боряпман; боряпмиз; кетяпмиз; келяпман; келяпмиз; йўлга чиқдим; чиқдим
            чиқяпман; автобусдаман; метродаман; таксидаман; yo'ldaman; yoldaman; yuldaman; boryapman; kelyapman
            ketyapman; chiqdim; yo'lga chiqdim; йўлга тушдим; яқинлашдим; яқинлашяпман; бораяпман; келаяпман
            borayapman; kelayapman; йўлдаман келяпман; кетавотман; боравотман; kevotman; borvotman; ketvotman
            кевотман; борвотман; келвотман; ҳозир чиқаман; ҳозир чиқяпман; йўлда""",
        Sense.SOON: """
            ҳозир; тез орада; яқинда; бирпас; бир оз; озгина; hozir; tez orada; ҳозир бораман; ҳозир етиб бораман
            ҳозир келаман; hozir boraman; hozir kelaman; озроқ; бироз""",
        Sense.FILLER: """
            рақамли; код; kod; raqamli; мен; биз; бу; шу; ака; ака жон; акажон; ука; опа; дўстим; оғайни; жўра
            ошна; илтимос; узр; кечирасиз; кечиринг; узр сўрайман; учун; билан; ҳам; ишга; иш; ишлашга; боришга
            келишга; ўша; у; ерга; ерда; жойга; жойида; вақтида; ўз вақтида; аниқ; доим; доимгидек; смена; сменага
            буюртма; буюртмага; заявка; заявкага; объектга; хоп ака; раис; брат; сизга; менга; бизга; кечикмайман
            кечикмай; кеч қолмайман; хавотир олманг; ташвишланманг; кутинг; кутаман; сизлар; ўзим; men; biz; aka
            uka; ishga; vaqtida; iltimos; uzr; kechirasiz; kechikmayman; kech qolmayman; aniq; kuting; albatta aka
            ukam; жаноб; йигитлар; бўлсин; ва; va; ҳаммамиз; hammamiz; ҳамма""",
        Sense.THANKS: """
            раҳмат; катта раҳмат; ташаккур; rahmat; raxmat; katta rahmat; рахмат; рахмат сизга; миннатдорман""",
        Sense.GREETING: """
            ассалому алайкум; ассалому алейкум; ассалом; салом; салом алейкум; ваалайкум ассалом; хайрли кун
            хайрли тонг; хайрли кеч; assalomu alaykum; assalomu aleykum; salom; xayrli kun; hayrli kun; assalom""",
        Sense.OTHER: """
            боради; келади; борасиз; борасан; борасизми; тўхта; тўхтанг; тўхташ жойи; бекат; бекатда; бас келди
            toxta; to'xtang; автобус бекати; келса; олинг; ёзинг""",
    },
    days={
        StatedDay.TODAY: "бугун; бугунга; bugun; bugunga",
        StatedDay.TOMORROW: "эртага; эртанги; эртанга; ertaga; ertangi",
        StatedDay.DAY_AFTER_TOMORROW: "индинга; индин; эртадан кейин; indinga; indin",
        StatedDay.MONDAY: "душанба; душанба куни",
        StatedDay.TUESDAY: "сешанба; сешанба куни",
        StatedDay.WEDNESDAY: "чоршанба; чоршанба куни",
        StatedDay.THURSDAY: "пайшанба; пайшанба куни",
        StatedDay.FRIDAY: "жума; жума куни",
        StatedDay.SATURDAY: "шанба; шанба куни",
        StatedDay.SUNDAY: "якшанба; якшанба куни",
    },
    parties={
        2: """
            ака билан; ука билан; дўст билан; aka bilan; uka bilan; do'st bilan; икки кишимиз; икки киши; иккаламиз
            иккита одам; икки одам; акам билан; укам билан; дўстим билан; ўртоғим билан; жўрам билан; ошнам билан
            отам билан; ўғлим билан; шеригим билан; иккимиз; akam bilan; ukam bilan; do'stim bilan; dostim bilan
            o'rtog'im bilan; ikki kishimiz; ikki kishi; ikkalamiz; ikkimiz; дўстим ва мен; битта дўстим билан""",
        3: """
            уч кишимиз; уч киши; учаламиз; учта одам; уч одам; учовимиз; uch kishimiz; uch kishi; uchalamiz
            икки дўстим билан; иккита дўстим билан""",
        4: "тўрт кишимиз; тўрт киши; тўртта одам; тўртовимиз; tort kishi; to'rt kishimiz",
        5: "беш кишимиз; беш киши; бешта одам; besh kishi; besh kishimiz",
    },
    durations={
        15: "чорак соат; чорак соатга; chorak soat; chorak soatga",
        30: "яримта соат; ярим соат; ярим соатга; ярим соатда; yarim soat; yarim soatga",
        60: "бир соат; бир соатга; бир соатда; bir soat; bir soatga",
        90: "бир ярим соат; бир ярим соатга; bir yarim soat; biryarim soat",
        120: "икки соат; икки соатга; ikki soat",
    },
    ordinals={
        1: "биринчи; биринчиси; birinchi; birinchisi",
        2: "иккинчи; иккинчиси; ikkinchi; ikkinchisi",
        3: "учинчи; учинчиси; uchinchi",
        4: "тўртинчи; to'rtinchi",
        5: "бешинчи; beshinchi",
    },
    rollcall={
        Sense.ALL_HERE: """
            ҳамма шу ерда; ҳамма келди; ҳамма бор; ҳамма жойида; ҳаммаси шу ерда; ҳаммамиз шу ердамиз
            ҳаммаси жойида; ҳаммаси келди; ҳаммаси бор; тўлиқ; ҳаммамиз бормиз; ҳамма; hamma shu yerda; hamma keldi
            hamma bor; hamma joyida; hammasi joyida; hammamiz shu yerdamiz; hamma; to'liq; toliq; hammasi keldi
            hammasi shu yerda; hammasi bor; ҳаммаси""",
        Sense.ABSENT: "йўқ; келмади; келмаган; келишмади; yo'q; yoq; kelmadi; kelmagan; келмаяпти; йўқлар",
        Sense.EXCEPT: "ташқари; дан ташқари; tashqari",
    },
    roles={
        Role.MINUTE: """
            дақиқа; дақиқага; минутга; минутда; минуть; daqiqa; daqiqaga; minut; minutga; minutda; дақиқада
            минутлар; minutlarda; дакика; дакикага""",
        Role.HOUR: "соатга; соатда; soatga; soatda; соатдан; соатча",
        Role.PEOPLE: """
            киши; кишимиз; кишимиза; одам; одаммиз; kishi; kishimiz; odam; odammiz; та одам; нафар; нафармиз; tamiz
            тамиз; та киши; ta kishi; ta odam""",
        Role.MONEY: "сўм; минг; so'm; som; ming",
        Role.CLOCK_HOUR: "соат; soat",
        Role.WE: "биз; biz",
        Role.PERCENT: "фоиз; foiz; фоизга; foizga",
        Role.ABOUT: "тахминан; чамаси; taxminan",
        Role.LIMIT: "дан; гача; дан кейин; дан олдин; dan; gacha; dan keyin; larda emas",
        Role.CLOCK_SUFFIX: "да; га; ларда; da; ga; larda; larga; ларга",
        Role.ITEM: "рақам; рақамли; raqam",
    },
    parts_of_day={
        MORNING: "эрталаб; ertalab",
        EVENING: "кечқурун; kechqurun",
        AFTERNOON: "кундузи; kunduzi",
        NIGHT: "кечаси; тунда; tunda",
    },
    numerals={
        1: "бир",
        2: "икки",
        3: "уч",
        4: "тўрт",
        5: "беш",
        6: "олти",
        7: "етти; yetti; yettita",
        8: "саккиз",
        9: "тўққиз",
        10: "ўн",
        20: "йигирма",
        30: "ўттиз",
        40: "қирқ",
        50: "эллик",
    },
)
