"""Spanish: yes, no, and everything between."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.sms.grammar.senses import Sense

SPANISH_ANSWERS: Final[Mapping[Sense, str]] = MappingProxyType(
    {
        Sense.REASON: """
            médico; medico; doctor; doctora; dentista; cita; cita médica; cita con el médico; cirugía; operación
            boda; funeral; velorio; entierro; cumpleaños; exámenes; universidad; clase; clases; escuela; niño
            niños; niña; hijo; hija; hijos; bebé; mi mujer; mi esposa; mi esposo; mi marido; mi madre; mi mamá
            mi papá; mi padre; abuela; juicio; juzgado; policía; vuelo; aeropuerto; viaje; resaca; crudo; borracho
            migraña; dolor; me duele; me duelen; espalda; esguince; fractura; pierna rota; resfriado; gripe; fiebre
            tos; estómago; vómito; clínica; veterinario; perro; iglesia; gimnasio; partido; coche roto; sin coche
            sin transporte; no tengo coche; no tengo transporte; asuntos familiares; motivos personales
            baja médica; de baja médica; estoy de baja; baja laboral; de baja laboral; me lastimé; me caí; cansado
            agotado; dormido; durmiendo""",
        Sense.REGRET: """
            lamentablemente; desgraciadamente; desafortunadamente; por desgracia; lo siento pero; lo lamento
            perdón pero; disculpen pero; una pena; qué pena; me encantaría pero""",
        Sense.YES: """
            sí; si; sí sí; sí claro; claro; claro que sí; clarísimo; por supuesto; desde luego; cómo no; acepto
            aceptamos; lo acepto; aceptado; confirmo; confirmado; confirmamos; de acuerdo; estoy de acuerdo
            cuenta conmigo; cuenten conmigo; cuente conmigo; contad conmigo; puedo; podemos; puedo ir
            puedo asistir; puedo trabajar; estoy listo; listo; estoy lista; estamos listos; me apunto; apúntame
            apúntenme; apúnteme; anótame; anótenme; me anoto; dale; sale; con gusto; con mucho gusto; encantado
            encantada; no hay problema; sin problema; sin problemas; ningún problema; no problem; me viene bien
            me va bien; me sirve; me parece bien; hecho; trato hecho; seguro; seguro que sí; afirmativo
            estoy dentro; participo; lo tomo; la tomo; me interesa y acepto; simón; órale; eso sí; sí señor
            sí gracias; sí por favor; no tengo problema; sip; sí puedo ir; por qué no; porque no hay problema
            de una; qué no voy a ir claro; jalo; yo jalo; le entro; le atoro; va que va; arre; sale y vale
            sale pues; ya estás; cuenta con eso; simón que sí; fijo; por supuestísimo; obvio; obvio sí
            claro hombre; de fijo; no hay bronca; sin bronca; sin pedo; no hay pedo; cuenta con ello; contá conmigo
            me anotan; me anotas; ponme; pónganme; póngame; me apunto encantado; agarro; la agarro; lo agarro
            agarro esa; tomo; tomo esa; cojo; la cojo; lo cojo; cojo esa; escojo; me quedo con; me quedo la
            le caigo; le doy; la quiero; lo quiero; quiero esa; quiero ese""",
        Sense.COME: """
            iré; iremos; ahí estaré; allí estaré; allá estaré; estaré ahí; estaré allí; estaré; estaremos
            ahí estaremos; allí estaremos; asistiré; asistiremos; llegaré; llegaremos; trabajaré; ahí voy a estar
            voy a ir; vamos a ir; voy a estar; voy a trabajar; voy a asistir; voy mañana; me presento
            me presentaré; ahí nos vemos; ahí estoy mañana; acudiré; yo iré; voy solo; iré solo; estaré puntual
            llego a tiempo; voy a llegar; vendré; vendremos; llego a las; llego; salgo ahora mismo; sí salgo
            ahí les caigo; les caigo; ahí caigo; ahí ando; ahí mero; ahí la tienen; sí voy; yo sí voy; sí llego
            sí asisto; cuenten que voy; voy seguro; voy sin falta; ahí estaremos puntuales; nos vemos ahí
            nos vemos allá; allá nos vemos; voy con ustedes; zi voy""",
        Sense.GO: "voy; vamos; yo voy; ya voy; voy para allá; vamos para allá; nosotros vamos; ya vamos",
        Sense.OKAY: """
            vale; bueno; bien; muy bien; está bien; okey; oki; perfecto vale; ta bien; esta bueno; okay vale
            va bien""",
        Sense.LEAN: """
            perfecto; genial; excelente; estupendo; quiero; me gustaría; quisiera; me interesa; interesado
            estoy interesado; disponible; estoy disponible; estoy libre; libre; yo también; tengo disponibilidad
            necesito trabajo; quiero trabajar; busco trabajo; ojalá pueda; me encantaría; todo bien""",
        Sense.UNDERSTOOD: """
            entendido; entiendo; comprendido; enterado; enterada; ya entendí; me queda claro; leído; visto; lástima
            qué lástima; anotado; lo sé; queda claro""",
        Sense.RECEIVED: "recibido; sigue en pie; todo sigue igual",
        Sense.NO: """
            ninguno; ninguna; ninguno de los dos; no no; no gracias; nop; nopo; no señor; para nada; claro que no
            por supuesto que no; desde luego que no; nel; que no; nunca; jamás; hoy no gracias; no muchas gracias
            no por favor; gracias no; lo siento no; no lo siento; seguro que no; ni hablar; ni loco; negativo
            no no no; qué va; que va; nada que ver; nanay; nones; nel pastel; nel no puedo; negativo compañero
            no hombre; no hombre no; no amigo; no jefe; no señora; no señorita""",
        Sense.NOT: "tampoco; ni",
        Sense.REFUSE: """
            no puedo; no podré; no podre; no podemos; no podremos; no voy; no voy a ir; no voy a poder; no iré
            no iremos; no vamos; no vamos a ir; no asistiré; no quiero ir; no acepto; no estaré; no llego
            no llegaré; nopuedo; no puedo ir; no puedo asistir; no puedo trabajar; no confirmo; rechazo; rechazado
            lo rechazo; declino; paso; yo paso; imposible; me es imposible; me resulta imposible; no es posible
            no me es posible; no será posible; ocupado; ocupada; estoy ocupado; estoy ocupada; enfermo; enferma
            estoy enfermo; estoy enferma; estoy malo; estoy mal; tengo fiebre; tengo gripe; me enfermé; lesionado
            estoy lesionado; hospital; en el hospital; de vacaciones; vacaciones; estoy de vacaciones
            estoy de viaje; de viaje; fuera de la ciudad; estoy fuera; no estoy en la ciudad; no estoy disponible
            no disponible; no tengo tiempo; sin tiempo; no tengo disponibilidad; tengo otros planes; otros planes
            tengo planes; tengo otro compromiso; tengo un compromiso; otro compromiso; tengo cosas que hacer
            otra vez será; en otra ocasión; otro día; otro dia; la próxima; la próxima vez; para la próxima
            esta vez no; ahora no; por ahora no; ahora no puedo; no me viene bien; no me va bien; no me sirve
            no me conviene; no cuenten conmigo; no cuentes conmigo; busquen a otro; busca a otro; busquen otro
            sin mí; desgraciadamente no; lamentablemente no; me temo que no; ya tengo trabajo; tengo otro trabajo
            encontré trabajo; conseguí otro trabajo; ya no trabajo; ya no trabajo ahí; no me siento bien
            me siento mal; emergencia familiar; no estoy listo; no estoy de acuerdo con ir; no me da tiempo
            no tengo ganas; no estoy libre; no podría; me es imposible ir; no voy a estar; no voy a trabajar
            ya tengo chamba; tengo chamba; ya tengo curro; tengo curro; ya tengo jale; ando ocupado
            ando trabajando; ando fuera; ando enfermo; ando malo; ya me salió otra cosa; me salió otra cosa
            me surgió algo; me surgió un imprevisto; surgió un imprevisto; imprevisto; ya quedé con otro; ya quedé
            ya me comprometí; no se puede; ese día no se puede; no se va a poder; no va a poder ser
            no va a ser posible; no me da; no me da la vida; no me queda; no me cuadra; no me late; no me acomoda
            ni de coña; ni de broma; ni en sueños; ni modo; ni modo que vaya; naranjas; va a ser que no
            será para la próxima; para otra; para otra ocasión; en otra será; conmigo no cuenten
            no contéis conmigo; no cuenten con migo; ese día no; ese día no puedo; me es difícil; se me complica
            se me hizo tarde ya no voy; se me hace difícil; estoy liado; ando liado; liado; estoy a tope
            estoy pillado; pillado; lo dejo; la dejo; la dejo pasar; la paso; esta la paso; yo esta la paso
            esta paso; me lesioné; me operaron; me van a operar; estoy operado; estoy convaleciente; ando crudo
            estoy crudo; ando malito; me puse malo; estoy pachucho; ya no trabajo con ustedes; ya no me dedico
            ya conseguí otro; ya conseguí trabajo; ya conseguí chamba; encontré otro trabajo; encontré otra chamba
            muy poco dinero; muy poca paga; pagan muy poco; pagan poco; por ese dinero no; por esa paga no
            por esa lana no; me queda lejos; me queda muy lejos; queda muy lejos para mí; está muy lejos para mí
            demasiado lejos; muy lejos para mí""",
        Sense.BUSY: """
            tengo trabajo; tengo que trabajar; tengo mucho trabajo; trabajo ese día; trabajo hoy; yo trabajo
            trabajando; estoy trabajando; trabajo mañana; estoy en el trabajo; en el trabajo; en otro trabajo
            estudiando; estoy en la escuela; examen; día libre; mi día libre; descanso; es mi descanso; en casa
            estoy en casa; ya trabajo""",
        Sense.DISAGREE: "no estoy de acuerdo; en desacuerdo; estoy en desacuerdo; desacuerdo",
        Sense.UNWANTED: """
            no me interesa; no interesa; no estoy interesado; no estoy interesada; no quiero; no quiero gracias
            no deseo; no lo necesito; no necesito; no hace falta; no me hace falta; ya no me interesa; no me gusta""",
        Sense.CANCEL: """
            cancelar; cancela; cancelo; cancele; cancelen; cancelado; cancélame; cancéleme; cancélenme
            quiero cancelar; tengo que cancelar; debo cancelar; necesito cancelar; anular; anulo; anulen; anule
            quítenme del turno; quíteme del turno; quítame del turno; sáquenme del turno; sácame del turno
            bórrenme del turno; no me esperen; no me esperes; no me espere; no esperen; busquen reemplazo
            busquen un reemplazo; busca reemplazo; me bajo; me bajo del turno; renuncio al turno; busquen sustituto
            cedo mi lugar; denle mi lugar a otro; cancelar turno; cancelar mi turno
            bájame/bájenme/sáquenme/sácame/quítenme/quítame del turno
            apunten/anoten/pongan/llamen/manden/lleven/elijan a otro/otra
            apunta/anota/pon/llama a otro; apunten/anoten/pongan a otra persona""",
        Sense.UNTIMELY: """
            no llego a tiempo; no voy a llegar a tiempo; no llegaré a tiempo; no me da tiempo de llegar; no alcanzo
            no alcanzo a llegar; muy temprano; demasiado temprano; demasiado pronto; demasiado tarde
            muy tarde para mí""",
        Sense.MAYBE: """
            como si; en cuanto; apenas; mientras; cuando salga; cuando termine; cuando pueda; cuando acabe
            siempre que; a condición; con tal que; con la condición; tal vez; talvez; quizá; quizás; a lo mejor
            puede ser; puede; posiblemente; probablemente; es posible; es probable; creo; creo que sí; creo que no
            creo que puedo; supongo; supongo que sí; no sé; nose; no se; no lo sé; aún no sé; todavía no sé
            no estoy seguro; no estoy segura; veremos; vamos a ver; a ver; ya veremos; ya veré; ya te digo
            te digo luego; luego te digo; les aviso; te aviso; le aviso; aviso luego; depende; intentaré; trataré
            voy a tratar; voy a intentar; haré lo posible; voy a ver; espero; espero que sí; ojalá; si puedo
            si puedo voy; si puedo iré; si me pagan; si pagan; si hay; si es; si no; si me; en caso
            siempre y cuando; déjame ver; déjame pensar; déjeme ver; lo pienso; lo pensaré; pensaré; tengo que ver
            tengo que preguntar; pregunto; preguntaré; debería; podría; no prometo; no aseguro; no puedo asegurar
            no puedo confirmar; no puedo prometer; según; igual sí; te llamo; les llamo; luego llamo
            te llamo luego; llamaré; dudo; más o menos; por ahora sí; de momento sí; de momento; deja veo
            déjame checar; deja checo; checo y te digo; te digo; les digo; te confirmo; les confirmo
            luego confirmo; al rato te digo; al rato confirmo; ahorita te digo; ahorita veo; igual; igual voy
            capaz; capaz que sí; capaz que voy; a ver si puedo; si Dios quiere; Dios dirá; no te aseguro
            no les aseguro; en veremos; está por verse; tengo que checar; tengo que consultar; lo consulto
            consultar; lo consulto con mi esposa; quién sabe; saber; chance; chance y sí; chance y voy; chance sí
            puede que sí; puede que vaya; puede que no; puede que; lo mismo sí; lo mismo voy; yo creo
            yo creo que sí; pienso que sí; me parece que sí; imagino que sí; casi seguro; seguramente; de pronto
            de pronto sí; de repente; de repente voy; por ahí; por ahí voy; por ahí sí; hay que ver; habrá que ver
            según cómo; según como; según lo que paguen; con suerte; si me dan permiso; si consigo; si termino
            si salgo; si alcanzo; si no llueve; si no pasa nada; si todo sale bien; si me siento mejor
            con lápiz; a lápiz; en lápiz; de reserva; de suplente; como suplente; como reserva; en lista de espera
            si se; si te; si le; si les; si nos; si todo; si dios; si termino; si consigo; si salgo; si mejoro
            si amanezco; si llueve; si alguien; si mi; si mis; si baja; si sube; si queda; si llego; si alcanzo""",
        Sense.LAUGH: "jaja; jajaja; jejeje; jeje",
        Sense.BUT: """
            medio turno; media jornada; media mañana; al salir; después de; medio; media; pero; sólo; solo
            solamente; únicamente; o; sin embargo; aunque; excepto; menos; salvo; después; antes; hasta; desde
            a partir; más tarde; más temprano; luego; mejor; otro; otra; medio día; mediodía; por la mañana
            por la tarde; por la noche; en la mañana; en la tarde; en la noche; entonces; lejos; muy lejos
            está lejos; poco; más; barato; en vez; en lugar; ayer; semana; parte; como mínimo; mínimo; máximo
            dinero; pronto mejor; pagan
            a medias; en parte; a la mitad; no todo""",
        Sense.BOTH: """
            ambos; ambas; los dos; las dos; a los dos; los dos días; cualquiera; cualquier; todos; todas
            me da igual; da igual; ambos días; a ambos; en ambos; cualquiera de los dos""",
    }
)
