"""English, and the Latin abbreviations everybody uses."""

from dispatch.sms.grammar.lexicon.english_answers import ENGLISH_ANSWERS
from dispatch.sms.grammar.lexicon.form import AFTERNOON, EVENING, MORNING, NIGHT, Lexicon
from dispatch.sms.grammar.senses import Role, Sense, StatedDay

ENGLISH = Lexicon(
    phrases={
        **ENGLISH_ANSWERS,
        Sense.ASK: """
            what; where; when; who; why; which; how; how much; how many; how long; how far; what time; whats
            wheres; whens; whos; hows; whose; can i; could i; may i; is it; is there; are there; do you; do i
            does it; can you; could you; would you; are you; will you; will there; will i; should i; do we; is this
            send address; send me the address; send the address; send location; send me location; tell me
            tell me the; give me the address; please send; explain; i didnt understand; didnt understand
            i dont understand; dont understand; huh; wdym; seriously; any work; any jobs; wat; wht; wen""",
        Sense.TOPIC: """
            address; adress; adres; location; pay; pays; paid; payment; salary; wage; wages; rate; money; price
            metro; subway; parking; tools; uniform; lunch; food; phone; details; info; directions; transport
            document; documents; passport; meeting point; start time; map; duties""",
        Sense.HELP: """
            cant/cannot find/enter/reach/open/see/understand/read/access/locate/pay; can not find/enter/reach
            cant get in/through/inside; cannot get in/through/inside; lost; im lost; i am lost; i got lost
            got lost; not let in; not letting me in; they wont let me in; wont let me in; security wont let me in
            didnt get the address; did not get the address; no address; didnt get paid; not paid; i was not paid
            not been paid; gate is closed; the gate is closed; need help; help me; please help; can you help
            need some help""",
        Sense.STOP_WORD: "stop; stpo; sotp; tsop; stop stop; ctop; stp; stopp; sstop; stop looking for me",
        Sense.STOP: """
            stopall; stop all; unsubscribe; unsub; unsubscribed; optout; opt out; opt me out; opting out; remove me
            remove me from; remove me from the/your/this list/database/base/system
            remove my number/phone/contact/details/data; delete my number/data/phone/contact/details/account
            delete me; delete this number; remove this number; take me off the/your/this list/database/base
            take my number off; take me out of the/your list/database; dont contact
            never text/contact/message/write me again; no more texts/messages/sms/text/message/spam/offers
            no more of these/your; no texts; no spam; no sms; leave me alone; leave us alone
            stop texting/sending/messaging/spamming/writing/contacting/bothering/this
            stop it/all/now/please/sms/texts/messages/spam/calling; quit texting/sending/messaging/spamming
            quit it; lose my number; cease and desist; enough spam/messages/texts; block me; blacklist me
            put me on the/your stop list; stop list; i want to opt out; i want to unsubscribe; i want out
            i no longer want; no longer wish to receive; cancel subscription; cancel my subscription
            end subscription; go away; get lost; fuck off; piss off; unsuscribe; unsubcribe; i revoke consent
            revoke consent; withdraw consent; i withdraw my consent; report spam; reported as spam; this is spam
            stop messages; stop sms; please stop; pls stop
            take me/this/my number/us out of the/your/this system/list/database/base/records
            take this/my number out; take this number off; never want to hear from you
            dont want to hear from you again; dont want to hear from you anymore; i never want to hear from you
            turn/switch off the/these/your/my/all messages/texts/sms/notifications/alerts
            wipe my number/data/details; i dont want to see your/any/these messages/texts/sms""",
        Sense.WRITE: """
            text; write; message; contact; send; bother; disturb; texting; sending; writing; messaging; spamming
            contacting; bothering; annoy; annoying; harass; receive; get texts; get messages""",
        Sense.MESSAGES: """
            messages; texts; sms; notifications; notification; spams; msgs; txts; text messages; reminders""",
        Sense.REMOVE: """
            remove; delete; erase; unlist; take me off; take off; get me off; exclude; block; wipe; scrub; purge
            get rid of; trash""",
        Sense.LISTING: """
            list; lists; database; base; system; records; mailing list; distribution list; data; phone number
            my number; this number; my phone; my cell; my contact; my info; my details; my name; my contacts
            my mobile""",
        Sense.WEARY: "sick of; tired of; fed up; fed up with; annoying me; enough; enough already",
        Sense.PENALTY: """
            fine for; fines; penalty; penalties; deduction; rating; score; no show; noshow; no shows
            mark against me; strike; bad mark; warning""",
        Sense.UNFAIR: """
            unfair; unjust; not fair; wrongly; not my fault; incorrect; undeserved; did nothing wrong; i was there
            i showed up; i did work; i worked; i did come; was there; not true; is wrong; was wrong; thats wrong
            is a mistake; by mistake""",
        Sense.STOP_ALONE: """
            quit; end; revoke; cease; its spam; no more; cancel all; remove please; remove pls; delete please
            stop it all; opt""",
        Sense.START: """
            start; unstop; subscribe; resubscribe; resume; opt in; opt me in; optin; opt back in; sign me up again
            subscribe me; resume messages/texts/sms/offers; start again; start messages/sms/texts/sending
            start sending; send me offers/jobs/work again; put me back on the list; add me back; add me again
            add me to the list; i want to get/receive offers/jobs/messages/texts/work
            i want to receive messages/offers/jobs again; i want to get offers/jobs/work again
            i want to work again; want to work again; restart; back in business; turn on""",
        Sense.RESTORE: """
            my seat/place/shift back; want it back; give it back; i want it back; changed my mind i will come
            restore; undo; restore my seat/place/shift; restore me; uncancel; undo cancel; undo that
            cancel the cancellation; revert; bring me back; put me back; put me back on the shift; take me back
            give me back my seat/place/shift; get it back; reinstate; reinstate me""",
        Sense.LINK: """
            link; my/the link; my page; send link; send my/the link; send me link; send me my/the/a link; need link
            i need the/my/a link; need the/my/a link""",
        Sense.MACHINE: """
            verification code; your code is; one time code; one time password; security code; otp; do not share it
            do not share this code; never share; promo code; special offer; click here; limited time""",
        Sense.APPEAL: """
            appeal; i appeal; dispute; i dispute; contest; i contest; object; i object; objection; protest
            i want to appeal/dispute/contest; dispute the/my/this/a fine/penalty/rating
            appeal the/my/this/a fine/penalty/rating; contest the/my/this fine/penalty
            do not agree with the/my/this fine/penalty/rating; dont agree with the/my/this fine/penalty/rating
            disagree with the/my/this fine/penalty/rating; fine is unfair/wrong/unjust/a
            the fine is unfair/wrong/unjust/not; unfair fine/penalty; wrong fine/penalty
            cancel the/my fine/penalty; remove the/my fine/penalty; challenge the/my fine/penalty; against the fine
            i dont agree with the/my/this/that fine/penalty/rating
            i do not agree with the/my/this/that fine/penalty/rating
            i disagree with the/my/this/that fine/penalty/rating; this fine is wrong; that fine is wrong
            fine is a mistake; the fine is a mistake; wasnt me; it wasnt me; want to dispute; i want to dispute
            dispute this; contesting; disputing; appealing; i was not late; i wasnt late; wasnt late
            was on time that day; i did show up; i was at the site; i was on site that day; i have proof; got proof
            have photos; got a photo""",
        Sense.WRONG_NUMBER: """
            wrong number; wrong person; wrong phone; you have the wrong number/person
            you got the wrong number/person; you have wrong number/person; not my number; wrong guy; number changed
            i am not him; im not him; not him; no such person; there is no; new owner; new number; i dont know him
            i dont know you; dont know you; not for me this message; different person; this is not his number
            this is not her number; i never worked for you; i never worked there; you are mistaken; mistaken
            this is not @; not @ here; im not ^; i am not ^; not ^; no @ here; there is no @ here; this isnt @
            nobody named @; no one named @; this is not @ number; dont know any @; i dont know any @
            this is not @ anymore; not @ anymore; isnt @ anymore; this isnt @ anymore; this is no longer @
            no longer @; no longer @ number; i got this number; i just got this number; got this number last week
            this number is mine now; changed hands; new phone who dis; who dis; you have the wrong guy
            got the wrong guy; youve got the wrong number; youve got the wrong person; wrong no
            he doesnt use this number; she doesnt use this number; doesnt use this number; gave up this number
            old number; his old number; not him anymore; never signed up; never heard of you; never applied""",
        Sense.CALL: """
            call me; call; call back; call me back; call me please; call me later; ring me; ring; ring me back
            phone me; give me a call; give me a ring; please call; pls call; plz call; can you call
            can you call me; could you call; could you call me; need a call; need to talk; want to talk; lets talk
            contact me; i need to talk; speak to someone; talk to someone; need to speak; have someone call me
            have the dispatcher call me; callback; call us; better call; gimme a call""",
        Sense.SUBSTITUTE: """
            instead of me; in my place; in my stead; for me will come
            my brother/friend/son/father/cousin/mate/colleague/buddy/partner will come/go/work/replace/be
            my brother/friend/son/father/cousin/mate/colleague/buddy/partner is coming/going
            my brother/friend/son/cousin/mate/colleague/buddy comes
            brother/friend/son/cousin/mate/colleague/buddy will come
            sending my brother/friend/son/cousin/mate/colleague/replacement
            sending a friend/replacement/substitute/mate; send my brother/friend/son/cousin; substitute
            replacement; will replace me; replaces me; covers for me; will cover for me; cover for me
            someone else will come; swap; swap with; replacing me; is replacing me""",
        Sense.LATE: """
            late; be late; will be late; running behind; delayed; delay; overslept; stuck in traffic; traffic
            traffic jam; in traffic; stuck; i am late; im late; bit late; little late; a bit late; behind schedule
            not on time; wont be on time; held up; missed the bus/train; missed my bus/train; bus is late
            train is late; latee; laet; oversleep; slept in; running; running late""",
        Sense.LATER: """
            be there later; come later; bit later; a bit later; little later; minutes later; will be later
            arrive later; coming later""",
        Sense.ARRIVED: """
            arrived; i arrived; i have arrived; ive arrived; i am here; im here; we are here; were here; here i am
            on site; onsite; on the site; at the site; at site; at the place; on place; in place; on the spot
            at the gate; at the gates; at the entrance; at the door; at the object; at the location; on location
            at location; at the meeting point; i made it; made it; reached; we arrived; we have arrived; i am at
            im at; just arrived; already here; already there; got here; i got here; standing at; waiting at
            i am on site; im on site; we are on site; i am there; im there; all here; present; i am present
            just got here; here now; i reached; we made it; have arrived; checked in; checking in
            i am at the place; arived; pulled up; just pulled up; pulled in; just pulled in; just parked; parked
            parked up; outside; im outside; out front; im out front; at the dock; at the loading dock; on the dock
            in the lobby; in the parking lot; at reception; at the front desk; at the warehouse; at the store
            clocked in; clocking in; signed in; waiting outside; waiting out front; made it here; im in position
            at my post; at the register; on the floor""",
        Sense.HERE: "here; there already",
        Sense.ON_WAY: """
            on my way; on the way; on our way; omw; onmyway; en route; leaving now; leaving; i am leaving
            im leaving; left home; i left; just left; have left; i have left; heading there; heading over; heading
            headed there; on the road; driving; i am driving; im driving; on the bus; on the train; in the bus
            in a taxi; in taxi; in the car; on the metro; in the metro; almost there; nearly there; coming now
            im coming now; i am coming now; going there; going now; walking; approaching; started moving
            setting off; set off; already going; already coming; in transit; traveling to the site; omv; otw
            min away; mins away; minutes away; minute away; blocks away; block away; a block away; few minutes away
            couple of minutes away; stop away; stops away; one stop away; two stops away; exit away
            round the corner; around the corner; just around the corner; turning in; turning onto; pulling into
            walking over; walking up; walking there; biking over; just got on the bus; got on the bus
            got on the train; on the highway; on the freeway; on the subway; on the tube; in an uber; in the uber
            uber is coming; got an uber; waiting for the bus; waiting on the bus; waiting for my ride
            my ride is here; heading out; headed out; heading out now; heading in; headed in; heading over now
            out the door; just leaving; just left home; left the house; leaving the house; leaving home; rolling up
            en camino; be right there; getting there; getting close; nearly at""",
        Sense.SOON: """
            soon; very soon; shortly; there soon; be there soon; will be there soon; ill be there soon; in a minute
            in a bit; in a moment; right now; now; any minute; couple of minutes; a couple of minutes; few minutes
            a few minutes; one minute; asap; in a few; just a minute; moment""",
        Sense.FILLER: """
            to work; come to work; for work; the work; at your service; code; offer; nr; num; we are; we r
            there are; that would be me; i; im; am; we; will; to; the; a; an; for; me; my; it; its; is; be; do
            that; this; you; u; your; it is; at; on; in; of; so; as; and; come; job; shift; shifts; place; time
            on time; in time; please; pls; plz; sorry; so sorry; im sorry; i am sorry; really; very; much; well
            also; too; again; sir; boss; bro; brother; mate; man; dude; chief; dear; team; guys; mr; madam; maam
            always; already; still; with; there; order; as usual; as always; as agreed; agreed time; site; by; see
            anyway; answer; reply; my answer is; the answer is; god bless; dont worry; do not worry; no rush
            wont be late; will not be late; not late; im not late; ill be on time; oh; um; uh; well then; actually
            us; our; go; make; myself; alone; for you; kind; kindly; regards; best regards; as well; exactly
            right away; them; number; no problem at all; folks; here is; thats; that is; not at all; kind regards
            br; cheers mate; dont stop sending; do not stop sending; keep sending; at all; cover it; i can cover it
            cover the shift; cover that; can cover; for the shift
            stop looking/searching/worrying/stressing/panicking; stop looking for others/someone/anyone/somebody
            drop me a message/text/line/note/pin; drop me the address/pin/location
            quit worrying/looking; no need to look further; quit looking for someone/anyone""",
        Sense.THANKS: """
            thanks; thank you; thx; ty; tnx; thank u; thankyou; thanks a lot; thank you very much; many thanks
            cheers; thanks so much; appreciate; appreciated; much appreciated; tks; thanx""",
        Sense.FAREWELL: """
            bye; bye bye; goodbye; good luck; take care; have a nice/good/great day/evening/weekend; good night
            so long; cya""",
        Sense.GREETING: """
            hi; hello; hey; good morning; good day; good evening; good afternoon; hiya; greetings; hallo; helo
            howdy; morning all""",
        Sense.OTHER: """
            he; she; they; he will; she will; they will; stopped; stopping; stops; bus stop; bus stops; next stop
            the stop; a stop; at stop; non stop; nonstop; stop sign; stop light; one stop; last stop; metro stop
            tram stop; first stop; stop by; stop at; stopover; full stop; cant stop; cannot stop
            reply/text/send/write/type stop; reply with stop; word stop; stop to unsubscribe/opt/end/cancel
            the word stop; stop for; doorstop; the end; end of; at the end; in the end; end up; by the end; client
            customer; comes; comes to; goes; comed; accepted; can he; can she; went; came; left over; enough time
            enough people; not enough; enough money; good enough; enough workers; no more than; no more people
            ended; quick; quiet; want to quit; no more money; people; job end; nobody; somebody; someone
            call center; call you; expect; agree to disagree; stop working; stop work; stop raining; readily
            should i quit; will stop by; no address yet; go to sleep; coming out; going out; going home; going away
            going back; which stop; what stop; my stop; stop over; two stops; three stops; which bus stop
            my brother says; my friend can; my brother can; my son can; my cousin can; my friend wants
            my brother wants; my wife says; my boss says; my friend says; my mate can; my dad can; he can; she can
            they can; friend can; brother can; someone can; somebody can
            something; too much""",
    },
    days={
        StatedDay.TODAY: "today; tdy; todays; for today",
        StatedDay.TOMORROW: "tomorrow; tmrw; tomorow; tommorow; tommorrow; tmr; tmrow; tomorrows; for tomorrow; tomoro",
        StatedDay.DAY_AFTER_TOMORROW: "day after tomorrow; the day after tomorrow; overmorrow; after tomorrow",
        StatedDay.MONDAY: "monday; on monday; mon; mondays",
        StatedDay.TUESDAY: "tuesday; on tuesday; tue; tues",
        StatedDay.WEDNESDAY: "wednesday; on wednesday; wed",
        StatedDay.THURSDAY: "thursday; on thursday; thu; thurs",
        StatedDay.FRIDAY: "friday; on friday; fri",
        StatedDay.SATURDAY: "saturday; on saturday; sat",
        StatedDay.SUNDAY: "sunday; on sunday",
    },
    parties={
        1: "i am alone; im alone; just me; only me; by myself; just myself",
        2: """
            two of us; the two of us; me and one more; me and another guy; me and one other; one more with me
            me plus one; myself and one more; me and one more guy; me and a buddy; me and my buddy; we are two
            were two; there are two of us; both of us
            with my/a brother/friend/mate/buddy/cousin/son/father/colleague/partner/neighbor/wife
            me and my/a brother/friend/mate/buddy/cousin/son/father/colleague
            my brother/friend/mate/buddy/cousin/son and i/me; bringing a/my friend/brother/mate/buddy/cousin/son
            bring a/my friend/brother/mate/buddy/cousin; will bring a/my friend/brother
            and my brother/friend/mate/cousin/buddy; and a friend; two people; two men; two guys; plus a friend
            plus my friend/brother; plus one; with one friend; with brother/friend; we two; us two
            together with my brother/friend""",
        3: """
            three of us; the three of us; me and two others; me and two more; me and two guys; two more with me
            me plus two; me and 2 others; me and 2 more; we are three; were three; there are three of us
            with two friends; with my two friends/brothers; with 2 friends; three people; three men; three guys
            us three; all three of us; with two others""",
        4: "four of us; we are four; there are four of us; with three friends; four people; four men; four guys",
        5: "five of us; we are five; there are five of us; five people; five men",
        6: "six of us; we are six; six people",
    },
    durations={
        30: "half an hour; half hour; half a hour; half an hr; halfhour; in half an hour",
        60: "an hour; one hour; an hr; in an hour; a hour",
        90: """
            in an hour and a half; in hour and a half; hour and a half; an hour and a half; one and a half hours
            one and a half hour; hour and half""",
        15: "quarter of an hour; a quarter of an hour; quarter hour",
        120: "couple of hours; a couple of hours; two hours",
        45: "three quarters of an hour",
    },
    ordinals={
        1: "the first; first one; 1st; the first one",
        2: "second; the second; second one; 2nd; the second one",
        3: "third; the third; third one; 3rd",
        4: "fourth; the fourth",
        5: "fifth; the fifth",
    },
    rollcall={
        Sense.ALL_HERE: """
            all here; all are here; everyone is here; everybody is here; everyone here; everybody here; all present
            all present and correct; everyone present; everyone is present; all in; all of us; we are all here
            were all here; all of us here; everyone arrived; everybody arrived; all arrived; full crew; full team
            full; crew complete; complete; all accounted for; nobody is missing; nobody missing; no one is missing
            no one missing; noone missing; none missing; all on site; all on place; everyone; everybody; all
            all there; everyone is there; everyone came; all came; whole crew; whole crew here; whole team is here
            no missing; all good here; no absentees; all men here; all guys here; everyone showed up; all showed up""",
        Sense.ABSENT: """
            missing; is missing; are missing; absent; is absent; are absent; not here; is not here; are not here
            isnt here; arent here; did not come; didnt come; did not show; didnt show; didnt show up
            did not show up; no show; no shows; didnt turn up; did not turn up; hasnt turned up; havent turned up
            never showed; never came; never turned up; no sign of; awol; nowhere to be seen; not arrived
            has not arrived; have not arrived; hasnt arrived; havent arrived; not present; havent come; hasnt come
            no; not there; nowhere; noshow""",
        Sense.EXCEPT: """
            except; but; all but; everyone but; everyone except; all except; all here except; everybody except
            all here but; everyone is here except; everyone here except; everyone is here but; apart from
            other than; minus; without""",
    },
    roles={
        Role.MINUTE: "min; mins; minute; minutes; minuts; mn; minutos",
        Role.HOUR: "hour; hours; hr; hrs; h",
        Role.PEOPLE: "people; persons; person; men; guys; workers; ppl; of us; loaders; man; pax; mates",
        Role.MONEY: """
            usd; dollars; dollar; bucks; eur; euro; euros; rub; rubles; roubles; sum; som; per hour; an hour pay
            per day""",
        Role.MONTH: """
            january; february; march; april; may; june; july; august; september; october; november; december; jan
            feb; mar; apr; jun; jul; aug; sep; sept; oct; nov; dec; st; nd; rd; th""",
        Role.AT: "at; by; around",
        Role.FROM: """
            from; until; till; after; before; since; not before; no earlier than; earlier than; later than
            starting""",
        Role.ON: "on; for",
        Role.IN: "in; within",
        Role.WE: "we are; we will be; there are; there will be; were; us; we r; well be; we come",
        Role.ABOUT: "about; approx; approximately; roughly; exactly; sharp; circa; like",
        Role.OCLOCK: "oclock; o clock; sharp",
        Role.PERCENT: "percent; procent",
        Role.PRICE: "price; pay; minimum; more than; less than",
        Role.ITEM: "code; number; order; job; offer; shift; nr; num",
    },
    parts_of_day={
        MORNING: "am; in the morning; a m",
        AFTERNOON: "pm; in the afternoon; p m",
        EVENING: "in the evening; tonight",
        NIGHT: "at night",
    },
    numerals={
        0: "zero",
        1: "one",
        2: "two",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        11: "eleven",
        12: "twelve",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        20: "twenty",
        25: "twentyfive",
        30: "thirty",
        40: "forty; fourty",
        45: "fortyfive",
        50: "fifty",
        60: "sixty",
    },
)
