"""Hungarian."""

from dispatch.sms.grammar.lexicon.form import AFTERNOON, EVENING, MORNING, NIGHT, Lexicon
from dispatch.sms.grammar.senses import Role, Sense, StatedDay

HUNGARIAN = Lexicon(
    phrases={
        Sense.REASON: """
            orvos; orvoshoz; orvosnál; orvosi; fogorvos; fogorvoshoz; műtét; műtétem; műtétre; esküvő; esküvőre
            lagzi; lagziba; temetés; temetésre; szülinap; születésnap; vizsga; vizsgám; egyetem; óvoda; gyerek
            gyerekem; gyerekek; gyereket; a fiam; a lányom; feleségem; férjem; anyám; apám; nagymama; bíróság
            rendőrség; repülő; reptér; utazom; utazunk; másnapos; részeg; migrén; fejfájás; fáj; hátam; a hátam
            derekam; lábam; a lábam; karom; eltört; megrándult; influenza; láz; lázam; köhögés; hányás; rendelő
            állatorvos; kutya; templom; meccs; elromlott az autó; elromlott a kocsi; nincs kocsim; nincs autóm
            családi; családi program; más elfoglaltság; elfoglaltság; fáradt; kimerült; alszom; szabadnap; táppénz
            táppénzen; táppénzen vagyok; suliban; sulis; suliban vagyok; edzés; edzésem; edzésen; focim; meccsem
            randim; randi; buli; buliban; berúgtam; piálok; másnap; családdal; családdal vagyok; nyaralás
            nyaraláson; telken; telken vagyok; nagyinál; anyámnál; barátnőmnél; barátnőm; kirándulás; kiránduláson
            kórház; kontroll; vizsgálat; vizsgálatra; vérvétel; fogászat; fogorvosnál; gipsz; gipszben
            gipszben van; műszakom; műszakban; éjszakás; éjszakás vagyok; délutános; délutános vagyok
            nappalos vagyok; költözés; költözöm; költözünk; esküvőn""",
        Sense.REGRET: """
            sajnos; sajnálom de; bocsi de; bocs de; elnézést de; sajnálattal; szívesen mennék de; mennék de
            jönnék de; fájdalom""",
        Sense.YES: """
            igen; igen igen; ige; iden; persze; persze hogy; naná; hogyne; természetesen; biztosan; vállalom
            elvállalom; vállaljuk; elfogadom; benne vagyok; benne leszek; számíthatsz rám; számíthattok rám
            számíthat rám; számítsatok rám; számítson rám; tudok jönni; tudok menni; jönni tudok; menni tudok
            el tudok jönni; el tudok menni; tudok; tudom vállalni; el tudom vállalni; szívesen; örömmel; megfelel
            nekem megfelel; nekem jó; jó nekem; rendben van; rendben lesz; nincs gond; nem gond; nem probléma
            nincs probléma; semmi gond; semmi akadálya; nincs akadálya; írjatok fel; írjanak fel; írj fel
            felírhattok; megerősítem; visszaigazolom; beleegyezem; egyetértek; áll az alku; mehet; ja; aha
            kész vagyok; készen állok; részt veszek; feltétlenül; mindenképp; mindenképpen; dehogynem; igen persze
            jöhet; megcsinálom; bevállalom; miért ne; persze hogy megyek""",
        Sense.COME: """
            jövök; jövünk; ott leszek; ott leszünk; ott vagyok holnap; elmegyek; elmegyünk; eljövök; kimegyek
            odamegyek; odaérek; ott leszek időben; leszek; dolgozni fogok; jönni fogok; menni fogok; el fogok menni
            ott fogok lenni; megjelenek""",
        Sense.GO: "megyek; megyünk; odamegyek most; már megyek; már jövök; jövök már",
        Sense.OKAY: """
            oké; oksi; rendben; jó; jól van; jól; rendben köszönöm; okés; rendbe; jólvan; oksa; oki doki
            ok rendben""",
        Sense.LEAN: """
            szuper; remek; nagyszerű; ráérek; szabad vagyok; szeretnék; szeretném; érdekel; akarok; lehet róla szó
            jól hangzik; tökéletes; kell munka; dolgoznék; jó az új időpont; jó az új idő; jó így; így is jó
            nekem jó az új időpont; jó lesz úgy""",
        Sense.UNDERSTOOD: """
            értem; értettem; megértettem; tudomásul vettem; láttam; vettem; világos; kár; tudom; olvastam; értettük""",
        Sense.RECEIVED: "megkaptam; vettem az adást; továbbra is áll; él a dolog",
        Sense.NO: """
            egyik sem; egyikre sem; egyik se; egyiket sem; nem nem; nem köszönöm; nem kösz; dehogy; dehogyis
            nem sajnos; sajnos nem; nem nem köszönöm; inkább nem; persze hogy nem; hát nem; most nem; nemm; kizárt
            természetesen nem; biztosan nem; nincs""",
        Sense.NOT: "nem; ne; sem; nm",
        Sense.REFUSE: """
            nem tudok; nem tudok menni; nem tudok jönni; nem tudok elmenni; nem megyek; nem jövök; nem érek rá
            nem vállalom; nem tudom vállalni; nem tudom elvállalni; nem jó; nem jó nekem; nekem nem jó
            nem alkalmas; nem megfelel; nem felel meg; nemtudok; nemjövök; nemmegyek; elfoglalt vagyok; elfoglalt
            foglalt vagyok; beteg; beteg vagyok; betegszabadságon; betegszabadságon vagyok; megbetegedtem
            lázas vagyok; megsérültem; kórházban; kórházban vagyok; szabadságon; szabadságon vagyok; nyaralok
            nyaralni; elutaztam; külföldön vagyok; vidéken vagyok; nem vagyok itthon; nem vagyok a városban
            nincs időm; nincs rá időm; nincs lehetőségem; nincs kedvem; kihagyom; kihagynám; passz; passzolom
            passzolok; visszautasítom; elutasítom; ezt kihagyom; lehetetlen; nem lehet; nem lehetséges; legközelebb
            majd legközelebb; máskor; majd máskor; más dolgom van; más programom van; dolgom van; programom van
            mást keressetek; keressetek mást; keressenek mást; nélkülem; rám ne számítsatok; ne számítsatok rám
            ne számítson rám; nem most; nem fog menni; nem megy; sajnos nem tudok; nem vagyok jól; rosszul vagyok
            már van munkám; van más munkám; találtam munkát; nem leszek ott; nem leszek; nem szeretnék; nem akarok
            semmiképp; semmiképpen; soha; családi ok; nem érünk rá; nem tudunk; nem tudunk menni
            nem tudom megoldani; nem tudok most; nem vagyok elérhető; nem jön össze; nem oldható meg; mégsem; mégse
            mégsem tudok; mégsem megyek; mégsem tudok menni; mégsem jó; mégse tudok; közbejött valami; közbejött""",
        Sense.BUSY: """
            munkám van; dolgoznom kell; dolgozni fogok máshol; sok a munkám; dolgozom; dolgozok; munkában
            munkában vagyok; munkahelyen vagyok; műszakban vagyok; tanulok; iskolában vagyok; vizsgám van; pihenek
            szabadnapom van; szabadnapos vagyok; otthon vagyok; máshol dolgozom; már dolgozom""",
        Sense.DISAGREE: "nem értek egyet; nem egyezem bele",
        Sense.UNWANTED: """
            nem érdekel; nem kell; nincs szükségem rá; nem kérem; nem kérek; köszönöm nem; nem aktuális
            nem kell köszönöm; nem akarom""",
        Sense.CANCEL: """
            lemondom; lemondás; lemondanám; le kell mondanom; lemondani; visszamondom; vissza kell mondanom
            töröljetek a műszakból/munkából; töröljön a műszakból/munkából; vegyetek le a műszakról/munkáról
            vegyen le a műszakról/munkáról; mondjátok le; mondja le; ne várjatok; ne várjanak; ne várjatok rám
            keressetek helyettest; visszalépek; kiszállok; törlöm; sztornó; lemondtam
            vegyetek/vegyenek/vegyél le a/erről/holnapi/mai műszakról; vegyetek le a holnapi/mai műszakról
            húzzatok ki a műszakból; vegyetek le erről
            írjatok/írjanak/írj fel mást; mást írjatok/írjanak/írj fel; mást írjatok/írjanak be
            írjatok/írjanak be mást; hívjatok/hívjanak/vigyetek/vegyetek mást; mást hívjatok/hívjanak/vigyetek
            valaki mást írjatok fel""",
        Sense.UNTIMELY: """
            nem érek oda; nem érek oda időben; nem érem el; nem érek be; nem fogok odaérni; nem tudok odaérni
            túl korán; túl korai; túl korán van; túl késő""",
        Sense.MAYBE: """
            talán; lehet; lehetséges; esetleg; valószínűleg; valószínű; majd meglátom; majd meglátjuk; meglátom
            meglátjuk; nem tudom; még nem tudom; nemtudom; nem biztos; nem vagyok biztos; nem vagyok benne biztos
            bizonytalan; attól függ; függ; megpróbálom; megpróbálok; próbálok; próbálom; remélem
            ha minden jól megy; amennyiben; gondolom; azt hiszem; szerintem igen; szerintem; majd szólok
            később szólok; majd írok; később írok; megnézem; átgondolom; meggondolom; gondolkodom; megkérdezem
            nem ígérem; nem ígérhetem; majd kiderül; kiderül; hátha; elvileg; hívlak; majd hívom; visszahívom
            visszahívlak; meglehet; talán igen; talán nem; igyekszem; egyelőre; hát nem tudom; hát nemtudom
            nem tudom még; nem tudom biztosan; lehet hogy; lehet hogy jövök; lehet hogy nem; lehet jövök
            lehet megyek; majd jelzek; jelzek; majd jelzem; visszajelzek; majd visszajelzek; később jelzek
            este szólok; estig szólok; ha tudok; ha sikerül; ha elengednek; ha ráérek; ha lesz kedvem; ha nem esik
            ha jobban leszek; ha jól fizet; talán megyek; talán jövök; szerintem tudok; szerintem menni fog
            elképzelhető; könnyen lehet; simán lehet; 50 50; passz nem tudom; gőzöm sincs; fogalmam sincs
            bizonytalan vagyok; nem ígérek; nem ígérek semmit; nem garantálom; kérdéses; kétséges; esélyes
            van rá esély; jó eséllyel; reméljük; remélhetőleg; amint; ahogy végzek; mihelyt; miután; amikor végzek
            ha végzek; feltéve; azzal a feltétellel; feltétellel
            ceruzával; tartaléknak; tartalékba; tartalékként; beugrónak; várólistára; ha elmúlik; ha felépülök
            ha javul""",
        Sense.BUT: """
            csak; vagy; viszont; azonban; kivéve; utána; után; előtt; előbb; később; korábban; inkább; másik; más
            délután; délelőtt; reggel; éjjel; éjszaka; fél nap; félnap; először; akkor; legkorábban; legkésőbb
            messze; messze van; kevés; több; olcsó; helyett; délig; estig; tegnap; jobb lenne; pénz; drága; délben
            estére; reggelre; fél műszak; fél műszakot; fél műszakra; félműszak; félműszakot; részben; részidő
            pár órára
            félig; nem teljesen; nem mindent""",
        Sense.BOTH: """
            mindkettő; mindkettőre; mindkét; mindegyik; mindegyikre; bármelyik; mindegy; mindkét nap; mindkettőt
            mindkettő jó; összes""",
        Sense.ASK: """
            mikor; hol; hova; hová; honnan; mennyi; mennyit; mennyiért; hány; hány órakor; hánykor; hányra; mit
            miért; melyik; milyen; ki; kicsoda; kinek; hogyan; hogy jutok; van e; lehet e; mi a cím; mi a fizetés
            mennyi a fizetés; mennyit fizettek; mennyit fizetnek; hol van; hol lesz; kérem a címet; küldje a címet
            küldjétek a címet; küldjék a címet; kérem a pontos címet; nem értem; nem értettem; tessék; van munka
            van meló; meddig; messze van e; kivel; mikortól; kérdés; komolyan; tényleg; kit; kihez; kitől; hányadik
            melyiket; mivel; mettől; miféle; kit keressek; kit kell keresni; kinél jelentkezzek; hol jelentkezzek
            hova menjek; hova kell menni; merre; hányra menjek; hányra kell; mit vigyek; mit kell vinni; kell e
            lesz e; van ott; adtok; adnak; kapok; mennyi az óradíj; mennyi a bér; mennyi a pénz; mikor fizettek
            mikor fizetnek; mikor kapom; meddig tart; hány óráig; hányig; mettől meddig; milyen munka; mi a munka
            mi lesz a munka; mi a feladat; pontosan hol; hol pontosan""",
        Sense.TOPIC: """
            cím*; fizetés*; bér; bére; óradíj; órabér; pénzem; pénzt; helyszín*; metró; parkolás; parkoló
            szerszám*; ruha; munkaruha; ebéd; telefonszám; kapcsolattartó; részletek; belépő; kifizetés; utazás""",
        Sense.HELP: """
            nem találom; nem találom a címet; nem találom a helyet; nem engednek be; nem engedtek be
            nem tudok bemenni; nem tudok bejutni; eltévedtem; nem kaptam meg; nem kaptam címet
            nem kaptam meg a pénzt; nem fizettek; zárva van; zárva""",
        Sense.STOP_WORD: "sztop",
        Sense.STOP: """
            leiratkoz*; iratkoz* le; iratkoztas*; le szeretnék/akarok/szeretnek iratkozni; leiratkozás; leiratkozom
            leiratkozni; leiratkoznék; iratkozzon le; iratkoztass le; le akarok iratkozni; szeretnék leiratkozni
            leiratkozás kérem; ne írjatok; ne írjon; ne írj; ne írjanak; ne írjatok nekem; ne írjon nekem
            ne írjatok többet; ne írjon többet; többet ne írjatok; többet ne írjon; ne küldjetek; ne küldjön
            ne küldj; ne küldjenek; ne küldjetek többet; ne küldjön többet; többet ne küldjetek; többet ne küldjön
            ne küldjetek több sms/üzenetet; ne küldjenek több sms/üzenetet; ne küldjön több sms/üzenetet
            ne küldjenek többet; ne küldözgessetek; ne zavarjatok; ne zavarjon; ne zavarjanak; ne zavarj
            hagyjatok békén; hagyjanak békén; hagyjon békén; hagyj békén; hagyjuk abba; hagyjátok abba
            hagyják abba; hagyd abba; hagyja abba; töröljetek; töröljenek; töröljön; töröljetek a listáról
            töröljön a listáról; töröljetek az adatbázisból; töröljön az adatbázisból; töröljenek az adatbázisból
            töröljenek a listáról; töröljétek a számomat; törölje a számomat; töröljék a számomat
            vegyetek le a listáról; vegyen le a listáról; vegyenek le a listáról; nem kérek több üzenetet
            nem kérek több sms; nem kérek több smst; nem akarok több üzenetet; ne spammeljetek; ne hívjatok többet
            ne hívjon többet; ne keressenek többet; ne keressetek többet; elegem van az üzenetekből; elegem van
            nem kérek értesítést; töröld a számom; töröld a számomat; állítsák le; állítsátok le; kérem ne írjanak
            szálljanak/szálljatok/szálljon/szállj le rólam; törlésemet kérem; kérem a törlésemet
            kérem a számom törlését; számom törlését kérem; adataim törlését kérem; kérem az adataim törlését
            vegyék/vegyétek/vegye/vedd ki a számomat/számom
            vegyenek/vegyetek/vegyen ki a rendszerből/adatbázisból/listából
            töröljék/töröljétek/törölje/töröld ki a számomat/számom; szedjék/szedjétek/szedje ki a számomat/számom
            húzzák/húzzátok/húzza ki a számomat/számom; szedjenek/szedjetek/szedjen le a listáról
            ne jöjjön több üzenet/sms; ne jöjjenek üzenetek; ne jöjjenek többet üzenetek
            ne lássak több üzenetet/smst; nem kívánok üzenetet/üzeneteket/smst kapni
            nem kívánok több üzenetet kapni; kapcsolják/kapcsoljátok ki az értesítéseket
            kapcsolják/kapcsoljátok ki az üzeneteket""",
        Sense.WRITE: """
            írj; írjon; írjatok; írjanak; küldj; küldjön; küldjetek; küldjenek; küldjétek; küldjék; zavarj
            zavarjon; zavarjatok; zavarjanak; keressen; keressenek; keressetek; keress; hívogasson; hívogassatok
            zaklass; zaklasson; zaklassatok; zaklassanak; írogasson; írogassatok; küldözgess; küldözgessetek""",
        Sense.MESSAGES: "üzenet*; sms*; értesítés*; spam*; smst",
        Sense.REMOVE: """
            töröl*; töröld; vegyen ki; vegyenek ki; vegyetek ki; vegyen le; vegyenek le; vegyetek le; távolíts*
            blokkol*""",
        Sense.LISTING: """
            lista; listáról; listából; listájukról; listátokról; adatbázis*; számom; számomat; telefonszámomat
            telefonszámom; adataimat; rendszerből; névsorból""",
        Sense.WEARY: "elegem; unom; idegesít; elég; elég volt; elég ebből",
        Sense.PENALTY: "büntetés*; bírság*; levonás*; értékelés*; pontszám*",
        Sense.UNFAIR: "igazságtalan*; jogtalan*; jogtalanul; nem én voltam; hibás; nem jogos",
        Sense.STOP_ALONE: "állj; törlés; leállítás; vége",
        Sense.START: """
            indítás; feliratkozás; feliratkozom; újra kérem; kérem újra; küldjetek újra; küldjenek újra
            küldjön újra; újra szeretnék; szeretnék újra; újra akarok; folytatás; küldjék újra; újra dolgozni
            szeretnék újra dolgozni; vegyetek fel a listára; vegyenek fel a listára; írhattok újra
            küldjetek/küldjenek megint/újra/ismét munkát/munkákat/ajánlatot/ajánlatokat; küldjetek megint
            küldhettek megint; küldhetnek újra; kérek újra ajánlatot; kérek újra munkát; kérek újra munkákat
            kérek munkát; kérek munkákat; újra munkát; újra munkákat; jöhetnek újra; jöhetnek a munkák; jöhet újra
            küldjétek újra; küldhetitek újra; iratkoznék vissza; visszairatkozom; visszairatkozás
            szeretnék visszajönni; szeretnék újra kapni; újra kapni; kapcsoljátok vissza; kapcsolják vissza
            aktiváljatok; aktiváljanak; újra dolgoznék""",
        Sense.RESTORE: """
            vissza; visszaállítás; visszaállítani; állítsátok vissza; állítsa vissza; visszavonom; visszavonás
            visszavonom a lemondást; mégis megyek; mégis jövök; mégis; visszakérem; kérem vissza; vegyetek vissza""",
        Sense.APPEAL: """
            fellebbezés; fellebbezek; fellebbezni; vitatom; vita; vitatom a büntetést; vitatom a bírságot; kifogás
            kifogásolom; tiltakozom; reklamáció; reklamálok; panasz; panaszt teszek; nem értek egyet a büntetéssel
            nem értek egyet a bírsággal; töröljék a büntetést; töröljétek a büntetést; téves büntetés""",
        Sense.WRONG_NUMBER: """
            rossz szám; rossz számot; rossz számot hívott; rossz számra; rossz számra írt; rossz számra írtak
            téves; téves szám; téves hívás; téves kapcsolás; tévedés; tévedtek; téves üzenet; rossz telefonszám
            nem ez a szám; ez nem az a szám; ez nem @ száma; nem @ vagyok; ez nem @; nem én vagyok; más személy
            más ember; nem ismerem; nincs itt ilyen; itt nincs ilyen; eltévesztette a számot; eltévesztették
            összekevertek; összekever valakivel; nem vagyok @; ez a szám már nem""",
        Sense.CALL: """
            hívj; hívjon; hívjatok; hívjanak; hívj fel; hívjon fel; hívjatok fel; hívjanak fel; hívj vissza
            hívjon vissza; hívjatok vissza; hívjanak vissza; visszahívást kérek; kérek visszahívást
            kérem hívjon fel; kérem hívjanak; csörögj rám; csörgess meg; beszélni szeretnék; telefonáljon
            telefonáljatok; beszéljünk; fel tudna hívni; fel tudnátok hívni; fel tudsz hívni; tudnátok hívni; hívás
            legyen szíves visszahívni; visszahívni; kérem hívjon vissza; kérnék egy visszahívást""",
        Sense.SUBSTITUTE: """
            helyettem; helyettem jön; helyettem megy; a helyemre; helyettes; helyettesít; helyettesíteni fog
            a testvérem jön; a bátyám jön; az öcsém jön; a barátom jön; a haverom jön; a testvérem megy
            a barátom megy; a bátyám megy; az öcsém megy; a haverom megy; küldöm a testvéremet; küldöm a barátomat
            küldök mást; küldök valakit; a barátom fog jönni; a testvérem fog jönni; mást küldök""",
        Sense.LATE: """
            kések; késni fogok; késni; késik; késünk; késem; késésben; késésben vagyok; késve érkezem; késve
            elkésem; elkések; elkéstem; elaludtam; dugó; dugóban; dugóban vagyok; dugó van; dugóban állok; forgalom
            nagy a forgalom; késik a busz; késik a vonat; lekéstem a buszt; lekéstem a vonatot; lekéstem
            nem érek oda időre; később érek oda; később érkezem; csúszok; csúszom; késés; késéssel
            késéssel érkezem""",
        Sense.LATER: "később jövök; később megyek; később leszek; kicsit később; később tudok; picit később",
        Sense.ARRIVED: """
            itt vagyok; itt vagyunk; ott vagyok; ott vagyunk; megérkeztem; megérkeztünk; megjöttem; megjöttünk
            megérkezett; ideértem; ideértünk; odaértem; odaértünk; helyszínen; a helyszínen; helyszínen vagyok
            a helyszínen vagyok; a helyszínen vagyunk; már itt vagyok; már ott vagyok; a kapunál; a kapunál vagyok
            a bejáratnál; a bejáratnál vagyok; itt állok; már itt; a helyemen vagyok""",
        Sense.HERE: "itt; megvagyok",
        Sense.ON_WAY: """
            úton; úton vagyok; úton vagyunk; már úton; indulok; indulok már; elindultam; elindultunk; most indulok
            most indultam; buszon; buszon vagyok; a buszon; vonaton; vonaton vagyok; metrón; autóban; taxiban
            kocsiban; közeledek; közeledem; mindjárt ott; mindjárt ott vagyok; mindjárt ott leszek; már indulok
            jövök most; útban; útban vagyok; sietek; közel vagyok; nemsokára ott vagyok; nemsokára ott leszek
            hamarosan ott leszek; hamarosan ott vagyok""",
        Sense.SOON: """
            mindjárt; hamarosan; nemsokára; rögtön; azonnal; pár perc; néhány perc; egy perc; pillanat
            mindjárt érkezem; most""",
        Sense.FILLER: """
            kód; kódú; es; számú; as; hogy; én; mi is; a; az; is; ott; és; meg; el; már; még; hát; na; no igen
            kérem; kérlek; sajnálom; bocs; bocsánat; bocsi; elnézést; uram; főnök; haver; barátom; tesó; nekem
            önnek; nektek; munka; munkára; műszak; műszakra; meló; melóra; dolgozni; jönni; menni; időben; pontosan
            biztos; mint mindig; szokás szerint; vagyok; vagyunk; van; akkor is; egyedül; teljesen; nagyon
            nem kések; nem késem; nem fogok késni; ne aggódjatok; ne aggódjon; várom; várjatok; ez; ezt; erre; arra
            szám; rá; magam; helyre; nagyon szépen; ide; oda; ember; fel; nyugodtan; úr; minden; üdvözlettel
            két megálló van hátra; megálló van hátra; hátra; ot; et; at; öt
            nahát; ejha; azta""",
        Sense.THANKS: "köszönöm; köszi; kösz; köszönjük; köszönöm szépen; köszi szépen; kössz; köcce",
        Sense.FAREWELL: "viszlát; viszontlátásra; szép napot; további szép napot; minden jót; jó éjt; jó éjszakát",
        Sense.GREETING: """
            szia; sziasztok; helló; hello; jó napot; jó napot kívánok; jó reggelt; jó estét; üdv; üdvözlöm; hali
            szevasz; csá; csáó; szervusz; jónapot; tisztelt""",
        Sense.OTHER: """
            jön; jössz; jönnek; megy; mész; mennek; tudom hogy; tud; tudsz; tudnak; megálló; megállóban; megállónál
            buszmegálló; autóstop; autóstoppal; jöttem; mentem; voltam; volt; lesz; lesznek; jövő; jövő héten
            jövő hét; nonstop; tudnék; tudnánk; elég ember; elég lesz; lesz elég; elég idő; mi lesz; stoppal
            jó lenne; jó volna; jó lesz ha; jobb; nem elég; vissza a; visszajövök; visszamegyek; haza; hazamegyek
            mész e""",
    },
    days={
        StatedDay.TODAY: "ma; mára; mai",
        StatedDay.TOMORROW: "holnap; holnapra; holnapi",
        StatedDay.DAY_AFTER_TOMORROW: "holnapután; holnaputánra; holnap után",
        StatedDay.MONDAY: "hétfő; hétfőn; hétfőre",
        StatedDay.TUESDAY: "kedd; kedden; keddre",
        StatedDay.WEDNESDAY: "szerda; szerdán; szerdára",
        StatedDay.THURSDAY: "csütörtök; csütörtökön; csütörtökre",
        StatedDay.FRIDAY: "péntek; pénteken; péntekre",
        StatedDay.SATURDAY: "szombat; szombaton; szombatra",
        StatedDay.SUNDAY: "vasárnap; vasárnapra",
    },
    parties={
        1: "egyedül vagyok; csak én",
        2: """
            ketten; ketten vagyunk; a testvéremmel; testvéremmel; a barátommal; barátommal; egy barátommal
            a bátyámmal; bátyámmal; az öcsémmel; öcsémmel; a haverommal; haverommal; egy haverommal; a fiammal
            fiammal; apámmal; kollégámmal; a kollégámmal; két ember; két fő; én és a testvérem; én és a barátom
            viszem a testvéremet; viszem a barátomat; hozom a barátomat; hozok egy barátot; hozok egy embert
            a feleségemmel; a társammal; a szomszédommal""",
        3: "hárman; hárman vagyunk; három ember; három fő; két barátommal; két haverommal",
        4: "négyen; négyen vagyunk; négy ember; négy fő",
        5: "öten; öten vagyunk; öt ember; öt fő",
        6: "hatan; hatan vagyunk; hat ember; hat fő",
    },
    durations={
        30: "fél óra; félóra; félórát; fél órát; fél óra múlva; félóra múlva; fél órán belül; félórával; fél órával",
        60: "egy óra; egy órát; egy óra múlva; egy órán belül; egy órával; órát",
        90: "másfél óra; másfél órát; másfél óra múlva; másfélóra; másfél órával",
        15: "negyed óra; negyedóra; negyed órát; negyedórát; negyed óra múlva; negyedórával",
        120: "két óra; két órát; két óra múlva; pár óra",
        45: "háromnegyed óra; háromnegyed órát",
    },
    ordinals={
        1: "első; az első; elsőre",
        2: "második; a második; másodikra",
        3: "harmadik; a harmadik",
        4: "negyedik; a negyedik",
        5: "ötödik; az ötödik",
    },
    rollcall={
        Sense.ALL_HERE: """
            mindenki itt van; mindenki itt; mindenki megjött; mindenki megvan; mindenki megérkezett; mind itt
            mind itt vagyunk; mind itt van; mindannyian itt vagyunk; teljes; teljes a létszám; teljes létszám
            mindenki; mind; mindenki ott van; megvan mindenki; itt van mindenki; senki sem hiányzik
            senki nem hiányzik; megvagyunk; nincs hiányzó; mindannyian""",
        Sense.ABSENT: """
            hiányzik; hiányoznak; nincs itt; nem jött; nem jöttek; nincs; nincsenek; hiányzó; hiányzók; nem jött el
            nincs meg; nem érkezett meg; nincsenek itt""",
        Sense.EXCEPT: "kivéve; mindenki kivéve; mindenki csak",
    },
    roles={
        Role.MINUTE: "perc; percet; perccel; percen; perces; p; percre",
        Role.HOUR: "óra; órát; órával; órán",
        Role.PEOPLE: "ember; fő; emberrel; emberek; fővel; munkás",
        Role.MONEY: "ft; forint; forintot; huf",
        Role.WE: "vagyunk; leszünk",
        Role.PERCENT: "százalék; százalékban; százalékra; százalékosan; százalékig",
        Role.ABOUT: "körülbelül; kb; nagyjából; pontban; úgy; olyan; legalább",
        Role.LIMIT: "tól; től; ig; után; előtt; tol; tel; órától; óráig; óra után; óra előtt; utan",
        Role.OCLOCK: "kor; órakor; órára; re; ra; órától kor; körül; óra körül",
        Role.ITEM: "kód; szám; sz; számú; es; as; os",
        Role.MONTH: "január; február; március; április; május; június; július; augusztus; szeptember; október",
    },
    parts_of_day={
        MORNING: "reggel; délelőtt",
        AFTERNOON: "délután",
        EVENING: "este",
        NIGHT: "éjjel; éjszaka",
    },
    homographs={
        Sense.MAYBE: "ha",
        Sense.BUT: "de; este",
        Sense.ASK: "mi",
        Sense.NOT: "se",
    },
    numerals={
        1: "egy",
        2: "két; kettő",
        3: "három",
        4: "négy",
        5: "öt",
        6: "hat",
        8: "nyolc",
        9: "kilenc",
        10: "tíz",
        11: "tizenegy",
        12: "tizenkettő",
        15: "tizenöt",
        20: "húsz",
        25: "huszonöt",
        30: "harminc",
        40: "negyven",
        50: "ötven",
    },
)
