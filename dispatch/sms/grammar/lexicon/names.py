"""First names common among the people we write to.

A name after an answer is a signature; after "I am not" it makes a wrong number.
"""

NAMES = """
    александр алексей анатолий андрей антон аркадий артем артур богдан борис вадим валентин валерий вася василий виктор
    виталий влад владимир владислав вова володя вячеслав гена геннадий георгий григорий гриша даниил данил денис дима
    дмитрий евгений егор женя иван ваня игорь илья кирилл константин костя леонид леша леха макс максим марат марк
    матвей миша михаил никита николай коля олег павел паша петр петя роман рома руслан рустам саня саша семен сергей
    серега слава станислав степан тарас тимур толик федор филипп эдуард юра юрий яков ярослав анна аня екатерина катя
    елена лена ирина ира мария маша наталья наташа ольга оля светлана света татьяна таня юлия надежда
    азиз азамат акмал алишер анвар бахтиер бахром бекзод бобур ботир даврон дилшод джамшид жамшид жасур зафар илхом
    ислом камол карим комил лочин маруф мурод нодир норбек ойбек отабек равшан рахим рахмон рустем санжар сардор
    собир тохир улугбек умид фаррух фарход хуршид шавкат шерзод шухрат эркин юсуф абдулло абдурахмон мухаммад али
    ahmad aziz alisher anvar bobur botir davron dilshod jamshid jasur karim murod nodir otabek sanjar sardor umid
    фируз фирдавс далер парвиз сухроб сомон рустами назар навруз манучехр
    alexander alexey andrey anton artem boris denis dima dmitry igor ivan john james robert michael david peter paul
    mark tom jack george sergey sergei vladimir viktor oleg pavel roman nikolay mikhail maxim kirill
    janos laszlo istvan jozsef zoltan ferenc gabor attila tamas bela imre lajos sandor andras balazs kovacs nagy szabo
    juan jose luis carlos jorge pedro miguel manuel antonio francisco javier diego fernando ricardo pablo maria ana
"""
SURNAME_ENDINGS = (
    "ов",
    "ев",
    "ин",
    "ова",
    "ева",
    "ина",
    "ский",
    "ская",
    "енко",
    "ович",
    "евич",
    "овна",
    "евна",
    "zoda",
    "зода",
)
