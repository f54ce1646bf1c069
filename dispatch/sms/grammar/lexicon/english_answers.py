"""English: yes, no, and everything between."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.sms.grammar.senses import Sense

ENGLISH_ANSWERS: Final[Mapping[Sense, str]] = MappingProxyType(
    {
        Sense.REASON: """
            doctors; doctor; doctors appointment; dr appointment; dentist; dentists; appointment; surgery
            operation; wedding; funeral; birthday; anniversary; exams; test day; lecture; school run; college
            university; kids; kid; child; children; baby; daughter; wife; husband; mum; mom; babysit; childcare
            court; police; visa; flight; flying; airport; trip; holiday booked; hungover; hangover; migraine
            headache; back pain; bad back; my back; sprained; broke my; broken arm; broken leg; broken; cold; cough
            stomach; food poisoning; threw up; throwing up; vomiting; er; clinic; vet; dog; church; gym; football
            car broke; car broke down; car trouble; no car; no transport; no way to get there; no ride; rest day
            another gig; other gig; other job; another shift; double booked; already booked; prior engagement
            moving house; family matters; family stuff; family issues; family matter; personal reasons
            personal stuff; not feeling well; under the weather; knackered; exhausted; wiped out; sleeping
            off that day
            uni; at uni""",
        Sense.REGRET: """
            regrettably; sadly; so sorry but; sorry but; sorry mate; sorry guys; apologies; im afraid; i am afraid
            afraid; would love to but; id love to but; no luck""",
        Sense.YES: """
            yes; yep; yup; yeah; yea; yas; aye; ya yes; yes yes; yes please; yes sir; yes sure; sure; sure thing
            sure yes; of course; ofc; absolutely; definitely; definately; definetly; certainly; affirmative
            totally; count me/us in; i am/m in; im in; we are in; in for it; i can; i can do it/that
            i could definitely; we can; can do; will do; i will; i do; we will; happy/glad/pleased to
            i would love to; id love to; love to; with pleasure; my pleasure; deal; its a deal; agreed; i agree
            agree; accept; i accept; accepting; confirm; confirmed; i confirm; confirming; ready; i am ready
            im ready; works for me; that works; it works for me; sounds good; sounds great; sounds good to me
            no problem; no probs; no prob; np; not a problem; no worries; no issue; no issues; sign me up
            put me down; book me; book me in; take it; i take it; ill take it; i will take it; you bet; for sure
            plus; i want it; ok yes; add me; i do not mind; i dont mind; dont mind; why not yes
            you can count on me; count on me; gladly; bet; why not; yse; i take; ill take; i will take; sign me
            im up for it; i confirm i will be there; count on it; on it; lets do it; lets go; for sure yes
            i got it covered; im down; i am down; down for it; yass; yah; yeh; ya sure; ya im down; you got it
            im game; game; say less; no doubt; bet bet; roger that im in; i got you; i gotchu; thumbs up; yessir
            yes boss; 100 percent; hundred percent; all day long; absolutely yes; lock me in; pencil me in; slot me in
            ill do it; i will do it; ill be their; be their; will be their; fosho; fo sho; for sho; fasho
            hell yeah; hell yes; heck yeah; heck yes; yea boy; yeet; aye aye; ight bet; ight; aite; imma be there
            ima be there; imma come; ima come; imma pull up; ill pull up; pulling up; on god; no cap; facts; word
            u know it; you know it; u bet; okie dokie yes; yuh; yezzir; yessss; yea im in; im so in; me me; pick me
            choose me; put me in; put me in coach; put my name down; write me down; put me on; put me on it
            put me on the list; sign me up please; take me; i volunteer; ill be happy to; would be glad to
            i would be glad to; would be happy to; i would be happy to; be glad to; be happy to; would love to come
            would love to help; happy to help; happy to; glad to; glad to help; ready to work; ready to go
            good to go; im good to go; set; all set; im all set; game on; done deal; easy; easy money; say no more
            you can put me down; you can count me in; i can help; i can work; i can take it; i can cover
            i can do that one; ill cover; ill cover it; i will cover; i can cover that; works fine; that is fine
            thats fine; thats ok; thats good; thats great; fine with that; ok with me; okay with me; good with me
            good for me; suits me; that suits me; suits me fine; perfect ill be there; hell yeah i need the money
            need the money; its a yes; its a yes from me; thats a yes; thats a yes from me; a yes from me
            yes from me; big yes; its a go; that is a yes; it is a yes; you have a yes; consider it done
            consider me in; consider me booked; i accept the offer; i accept the shift; i accept this shift
            accept the shift; accept the offer; taking it; ill be on it; ill be working; can confirm; confirm me
            please confirm me; confirm my spot; save my spot; save me a spot; hold my spot; hold a spot for me
            reserve my spot; keep me on; keep my spot; reporting for duty""",
        Sense.COME: """
            i will come; ill come; i will be there; ill be there; will be there; be there; i will be on time
            i will go; ill go; i will work; ill work; we will come; we will be there; well be there; i will be
            ill be; i am going to come; going to come; i shall come; i shall be there; i will make it; ill make it
            i can come; i can make it; i can be there; i can go; can come; can make it; can work; will come
            we can come; i plan to be there; ill show up; i will show up; i will arrive; ill arrive; ill attend
            i will attend; attending; showing up; i come; we come; will be on site""",
        Sense.GO: """
            coming; i am coming; im coming; going; i am going; im going; we are coming; we are going; i go; we go""",
        Sense.OKAY: """
            ok; okay; okey; okie; oki; k; kk; okok; fine; all right; alright; alrighty; good; cool; very well
            okidoki; okay ok; aight; fine by me; fine with me; its ok; its fine; okey dokey; okie dokie; okie dokey
            oki dokie; righto; right o; rightio; fair enough; sounds fine; works; thatll do; that will do
            very good; no bother; nae bother; roger that; copy that; ten four; 10 4""",
        Sense.LEAN: """
            able to; great; perfect; nice; super; awesome; excellent; wonderful; right; interested; i am interested
            im interested; available; i am available; im available; free; i am free; im free; want; i want
            i want to; i would like to; id like to; would like; like; looking forward; possible; need work
            i need work; i need job; able; willing; all good; its all good; i want to come; i want to work; i wish
            see you; see you there; see ya; see u; c u; cu; earlier is better; later is better; earlier works
            later works; earlier is fine; later is fine; even better; that is better; better for me; works better
            suits better; better that way; раньше даже лучше; позже даже лучше; раньше лучше; позже лучше
            раньше удобнее; позже удобнее; так и лучше; korábban is jó; később is jó; jobb is; jobb így
            az még jobb; sőt jobb; mejor así; mejor para mí; me viene mejor; aún mejor; más temprano mejor
            más tarde mejor; мне так лучше; мне так удобнее; беҳтар аст""",
        Sense.UNDERSTOOD: """
            understood; i understand; understand; got it; gotcha; noted; i see; roger; copy; got the message
            too bad; pity; clear; all clear; got you; read""",
        Sense.RECEIVED: "received; acknowledged; ack; still on; still good; thats right; correct",
        Sense.ALL_WELL: """
            everything is ok/fine/good; everything ok/fine/good; everything is okay; all ok; all fine; all is well""",
        Sense.NO: """
            neither; neither one; none of them; none of those; neither of them; none; naw; no no; no thanks
            no thank you; no thx; negative; no sorry; sorry no; no way; nay; hell no; of course not; sure no
            absolutely not; definitely not; certainly not; no no no; nop; no sir; no to all; no to all of them
            no to both; no to both of them; no for both; both no; all no; no on both; neither thanks; neither works
            nah; nope""",
        Sense.NOT: """
            no; not; dont; do not; didnt; doesnt; isnt; arent; am not; im not; i am not; never; wouldnt
            not going to; are not; is not; were not; aint; ain t; wasnt""",
        Sense.REFUSE: """
            cant; cannot; can not; couldnt; wont; will not; would not; i cant; i cannot; i can not; i wont
            i will not; shant; unable; i am unable; not able; not available; unavailable; busy; i am busy; sick
            i am sick; im sick; ill; im ill; i am ill; feeling sick; feel sick; flu; fever; injured; hurt; hospital
            in hospital; decline; i decline; declined; declining; refuse; i refuse; refused; pass; i pass; ill pass
            i will pass; have to pass; gonna pass; skip; ill skip; i will skip; skip me; skip this; skip it
            next time; maybe/perhaps next/another time; another time; some other time; not this time; not now
            not tonight; not coming; not going; im not coming; i am not coming; im not going; i am not going
            not in town; out of town; out of the city; on vacation; on holiday; on holidays; on leave; traveling
            travelling; no can do; no time; dont have time; i dont have time; do not have time; have no time
            other plans; have plans; i have plans; got plans; other commitments; prior commitment; no chance
            impossible; not possible; count me out; leave me out; not for me; not me; im out; i am out
            unfortunately; afraid not; im afraid not; i am afraid not; wont make it; will not make it; cant make it
            cannot make it; cant come; cannot come; can not come; wont come; will not come; wont be there
            will not be there; wont be able; will not be able; wont be coming; not gonna make it
            not going to make it; not make it; hard pass; thanks but no thanks; thanks but no; family emergency
            emergency; i quit the job; dont work; i dont work there; no longer work; dont work anymore
            got another job; found another job; already have a job; already got a job; have another job
            not up for it; not good for me; doesnt work for me; does not work for me; not work; cant work
            cannot work; rain check; covid; not happening; not free; not ready; im not ready; not willing
            not possible for me; not able to; cant do; cant do it; cant do that; cannot do it; im not available
            i am not available; wouldnt be able; that doesnt work for me; that does not work for me
            this doesnt work for me; that doesnt suit me; doesnt suit me; too far for me; too far away for me
            too early for me; too late for me; not for that money; not for that rate; not worth it
            not worth my time; got a move booked; already booked up; booked up; fully booked; got another gig
            got something on; something on; got something else; something came up; something else on; tied up
            swamped; no dice; no go; not my thing; im good thanks; im good thank you; im good mate; nah im good
            naw im good; no im good; im alright thanks; ill sit this one out; sit this one out
            sitting this one out; cant this time; cant that day; wont be in town; outta town; laid up
            not in the area; moved to another city; wish i could; i wish i could; wish i could but
            im away; i am away; ill be away; i will be away; away that day; away this week; away until; away till
            am away; be away; too much work; too much on; too busy; way too busy; too tired; too sick; too far away
            too cold for me; too heavy for me; cant lift; cant lift heavy; cannot lift; not allowed to lift
            doctor said no; doctors orders; on light duty; busy all week; busy that day; busy all day
            working that day; working all week; at work that day; i work that day; i work then; got work that day
            have work that day; scheduled elsewhere; already scheduled; committed elsewhere; booked elsewhere
            gone for the week; gone that day; wont be around; not around; im not around; away from town
            back next week; only back next week; not in the country; abroad; overseas; left the country
            moved out of state; got hired; got a full time job; full time job now; retired; i retired; im retired
            no longer available; no longer doing this; not doing this anymore; done with this kind of work
            not my kind of work
            i quit; im quitting; i have quit; ive quit""",
        Sense.BUSY: """
            i work; i work tomorrow; have to work; got work; i got work; work tomorrow; have work; i have work
            i have to work; working; i am working; im working; at work; on shift; at another job; on another job
            studying; exam; at school; day off; im off; i am off; at home; asleep; drunk; im drunk; at the doctor
            babysitting""",
        Sense.DISAGREE: """
            i do not agree; i dont agree; do not agree; dont agree; disagree; i disagree; not agree; not agreed""",
        Sense.UNWANTED: """
            not interested; im not interested; i am not interested; no interest; dont want; i dont want
            do not want; i do not want; dont want to; dont need; i dont need; do not need; no need; not needed
            dont care; uninterested
            do not wish; i do not wish; dont wish; i dont wish; do not wish to; i do not wish to""",
        Sense.CANCEL: """
            cancel; cancel me; cancel my shift/seat/booking/place/job; cancel it; cancel that; cancel please
            canceled; cancelled; cancelling; canceling; please cancel; i cancel; calling off; call off; calling out
            calling in sick; i have to cancel; need to cancel; must cancel; want to cancel
            take me off the/this/that/todays/tomorrows shift/job/order/schedule/crew/rota/roster
            take me off tomorrow/today
            remove/drop/scratch me from the/this/that/my shift/job/order/schedule/crew/rota; release me
            dropping out; i drop out; drop me; find a replacement; find someone else; get someone else
            find somebody else; give my place/seat/spot to; dont wait for me; do not wait for me; dont expect me
            do not expect me; dont count on me; do not count on me; dont wait; replace me; withdraw; i withdraw
            backing out; bailing; i bail; drop out; gotta drop out; have to drop out; need to drop out; pull out
            pulling out; bail; have to bail; gotta bail; gotta cancel; calling out sick; call in sick; calling in
            back out; have to back out; scratch me; scratch my name; give my spot; give away my spot
            get a replacement; take my name off the roster; take me off the schedule; take me off the shift
            take me off the job; remove me from the shift; remove me from the job; remove me from the schedule
            off the shift; withdrawing
            put/book/sign/pick/choose someone/somebody/anybody else; put someone/somebody else down
            sign someone/somebody else up; give it to someone/somebody else; offer it to someone/somebody else""",
        Sense.UNTIMELY: """
            not make it in time; wont make it in time; cant make it in time; cannot make it in time; not in time
            too early; too late; too soon; too short notice; short notice; cant make it on time""",
        Sense.MAYBE: """
            once; as soon as; subject to; in your dreams; in spirit; whenever; as long as; so long as; on condition
            on one condition; on the condition; given that; in case; if only; sure buddy; will see; maybe; mb; mby
            perhaps; probably; prob; possibly; might; may; i think; i think so; i think yes; i guess; i guess so
            guess so; i suppose; suppose; not sure; im not sure; i am not sure; unsure; i will see; ill see
            well see; we will see; lets see; let me see; let me check; let me think; let you know; ill let you know
            will let you know; let u know; depends; it depends; depending; ill try; i will try; will try; try
            trying; hopefully; hope; i hope; if; unless; tentative; tentatively; should; should be; should be able
            could; could be; would; i dont know; dont know; i do not know; do not know; idk; dunno; no idea
            not certain; no guarantee; cant promise; can not promise; cannot promise; cant say; cant tell
            cant guarantee; likely; unlikely; provided; assuming; think; thinking; ask; ill ask; need to check
            have to check; yeah right; yeah sure whatever; whatever; as if; later maybe; get back to you
            cant decide; undecided; fifty fifty; kinda; sort of; almost; i doubt; doubt; doubtful; will call
            ill call; ill call you; i will call you; call you later; for now; prolly; prob not; probs; i reckon
            reckon so; reckon; possibly yes; il let you know; tbc; tbd; not 100; not hundred percent; on the fence
            up in the air; if i can; pending; iffy; wait and see; ask my wife; need to ask; gotta check
            have to see; ill see what i can do; see how i feel; touch and go; cant commit; can not commit
            not confirmed; no promises
            in pencil; as a backup; as backup; as a reserve; as reserve; as a spare; on standby; standby
            on the waitlist; on the waiting list; waitlist me""",
        Sense.LAUGH: "haha; hahaha; lol; lmao; rofl; hehe",
        Sense.BUT: """
            lunchtime; lunch time; midday; dinner; dinnertime; breakfast; sunrise; sunset; evenings; mornings
            nights; weekends; weekend; partial; partially; shortened; half shift; short shift; few hours
            couple hours; but; only; or; either; however; although; though; except; instead; after; before; until
            till; later; earlier; other; another; different; rather; better; half; morning; afternoon; evening
            night; noon; midnight; more; first; then; then yes; part; just; starting; start from; from; no earlier
            at most; at least; max; too far; far; low pay; yesterday; week; not before; without; than; cheap; less
            in the morning; in the evening; in the afternoon; at night; tonight
            partly; halfway; not all of it""",
        Sense.BOTH: """
            both; either one; any; anyone; any of them; both of them; both days; all of them; all days; every
            everyone; doesnt matter; dont mind which; all; whichever; whichever is closer; whichever is nearer
            whichever pays more; whichever pays better; whatever is closer; whatever pays more; the closer one
            the nearer one; the closest; the nearest; the better paid one; the morning one; the evening one
            the night one; the day one; the later one; the earlier one; the short one; the long one
            the shorter one; the longer one; the one that pays more; the first one you sent; the last one; last one
            cualquiera de las dos; la que sea; la más cercana; la que pague más; la de la mañana; la de la tarde
            la de la noche; la última""",
    }
)
