"""Spanish."""

from dispatch.sms.grammar.lexicon.form import AFTERNOON, EVENING, MORNING, NIGHT, Lexicon
from dispatch.sms.grammar.senses import Role, Sense, StatedDay

SPANISH = Lexicon(
    phrases={
        Sense.YES: """
            sí; si; sí sí; sí claro; claro; claro que sí; clarísimo; por supuesto; desde luego; cómo no; acepto
            aceptamos; lo acepto; aceptado; confirmo; confirmado; confirmamos; de acuerdo; estoy de acuerdo
            cuenta conmigo; cuenten conmigo; cuente conmigo; contad conmigo; puedo; podemos; puedo ir; puedo asistir
            puedo trabajar; estoy listo; listo; estoy lista; estamos listos; me apunto; apúntame; apúntenme
            apúnteme; anótame; anótenme; me anoto; dale; sale; con gusto; con mucho gusto; encantado; encantada
            no hay problema; sin problema; sin problemas; ningún problema; no problem; me viene bien; me va bien
            me sirve; me parece bien; hecho; trato hecho; seguro; seguro que sí; afirmativo; estoy dentro; participo
            lo tomo; la tomo; me interesa y acepto; simón; órale; eso sí; sí señor; sí gracias; sí por favor
            no tengo problema; sip""",
        Sense.COME: """
            iré; iremos; ahí estaré; allí estaré; allá estaré; estaré ahí; estaré allí; estaré; estaremos
            ahí estaremos; allí estaremos; asistiré; asistiremos; llegaré; llegaremos; trabajaré; ahí voy a estar
            voy a ir; vamos a ir; voy a estar; voy a trabajar; voy a asistir; voy mañana; me presento; me presentaré
            ahí nos vemos; ahí estoy mañana; acudiré; yo iré; voy solo; iré solo; estaré puntual; llego a tiempo
            voy a llegar; vendré; vendremos""",
        Sense.GO: "voy; vamos; yo voy; ya voy; voy para allá; vamos para allá; nosotros vamos; ya vamos",
        Sense.OKAY: """
            vale; bueno; bien; muy bien; está bien; okey; oki; perfecto vale; ta bien; esta bueno; okay vale
            va bien""",
        Sense.LEAN: """
            perfecto; genial; excelente; estupendo; quiero; me gustaría; quisiera; me interesa; interesado
            estoy interesado; disponible; estoy disponible; estoy libre; libre; por qué no; yo también
            tengo disponibilidad; necesito trabajo; quiero trabajar; busco trabajo; ojalá pueda; me encantaría
            todo bien""",
        Sense.UNDERSTOOD: """
            entendido; entiendo; comprendido; enterado; enterada; ya entendí; me queda claro; leído; visto; lástima
            qué lástima; anotado; lo sé; queda claro""",
        Sense.RECEIVED: "recibido; sigue en pie; todo sigue igual",
        Sense.NO: """
            ninguno; ninguna; ninguno de los dos; no no; no gracias; nop; nopo; no señor; para nada; claro que no
            por supuesto que no; desde luego que no; nel; que no; nunca; jamás; hoy no gracias; no muchas gracias
            no por favor; gracias no; lo siento no; no lo siento; seguro que no; ni hablar; ni loco; negativo
            no no no""",
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
            no tengo ganas; no estoy libre; no podría; me es imposible ir; no voy a estar; no voy a trabajar""",
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
            cedo mi lugar; denle mi lugar a otro; cancelar turno; cancelar mi turno""",
        Sense.UNTIMELY: """
            no llego a tiempo; no voy a llegar a tiempo; no llegaré a tiempo; no me da tiempo de llegar; no alcanzo
            no alcanzo a llegar; muy temprano; demasiado temprano; demasiado pronto; demasiado tarde
            muy tarde para mí""",
        Sense.MAYBE: """
            tal vez; talvez; quizá; quizás; a lo mejor; puede ser; puede; posiblemente; probablemente; es posible
            es probable; creo; creo que sí; creo que no; creo que puedo; supongo; supongo que sí; no sé; nose; no se
            no lo sé; aún no sé; todavía no sé; no estoy seguro; no estoy segura; veremos; vamos a ver; a ver
            ya veremos; ya veré; ya te digo; te digo luego; luego te digo; les aviso; te aviso; le aviso
            aviso luego; depende; intentaré; trataré; voy a tratar; voy a intentar; haré lo posible; voy a ver
            espero; espero que sí; ojalá; si puedo; si puedo voy; si puedo iré; si me pagan; si pagan; si hay; si es
            si no; si me; en caso; siempre que; siempre y cuando; déjame ver; déjame pensar; déjeme ver; lo pienso
            lo pensaré; pensaré; tengo que ver; tengo que preguntar; pregunto; preguntaré; debería; podría
            no prometo; no aseguro; no puedo asegurar; no puedo confirmar; no puedo prometer; según; igual sí
            te llamo; les llamo; luego llamo; te llamo luego; llamaré; dudo; jaja; jajaja; más o menos; por ahora sí
            de momento sí; de momento""",
        Sense.BUT: """
            pero; sólo; solo; solamente; únicamente; o; sin embargo; aunque; excepto; menos; salvo; después; antes
            hasta; desde; a partir; más tarde; más temprano; luego; mejor; otro; otra; media jornada; medio día
            mediodía; por la mañana; por la tarde; por la noche; en la mañana; en la tarde; en la noche; entonces
            lejos; muy lejos; está lejos; poco; más; barato; en vez; en lugar; ayer; semana; parte; como mínimo
            mínimo; máximo; dinero; pronto mejor; pagan""",
        Sense.BOTH: """
            ambos; ambas; los dos; las dos; a los dos; los dos días; cualquiera; cualquier; todos; todas
            me da igual; da igual; ambos días; a ambos; en ambos; cualquiera de los dos""",
        Sense.ASK: """
            qué trabajo/dirección/pago/día/lugar/pasa/pasó/hay/es; cuándo; dónde; adónde; cuánto; cuánta; cuántos
            cuántas; cuál; cuáles; quién; quiénes; quién eres; quién es; cómo; por qué; para qué; a qué hora
            qué hora; a que hora; que hora; dónde es; dónde queda; cuánto pagan; cuánto paga; cuánto es; cómo llego
            cuál es la dirección; hay trabajo; hay chamba; puedo llevar; se puede; me puede decir; me pueden decir
            me podrían decir; díganme; dígame; dime; envíen la dirección; mándame la dirección
            mándenme la dirección; envíame la dirección; envíenme la dirección; pásame la dirección; no entiendo
            no entendí; es lejos; está lejos de; queda lejos; de verdad; en serio; hasta qué hora; desde qué hora
            es verdad; q hora; xq; porque; cuanto hay""",
        Sense.TOPIC: """
            dirección; direccion*; pago; pagos; sueldo; salario; tarifa; ubicación; metro; estacionamiento
            herramienta*; uniforme; comida; almuerzo; teléfono; contacto; detalles; informacion; horario; hora
            domicilio; lugar exacto; precio; paga; transporte; mapa""",
        Sense.HELP: """
            no encuentro; no lo encuentro; no encuentro el lugar; no encuentro la dirección; no puedo encontrar
            no puedo entrar; no puedo pasar; no me dejan entrar; no me dejan pasar; no nos dejan entrar; me perdí
            estoy perdido; no recibí la dirección; no recibí; no me pagaron; no me han pagado; está cerrado; cerrado
            no puedo abrir; no hay nadie""",
        Sense.STOP: """
            baja; dar de baja; darme de baja; dame de baja; denme de baja; deme de baja; dénme de baja
            quiero darme de baja; solicito la baja; quiero la baja; me doy de baja; no me escriban; no me escriba
            no me escribas; no me escriban más; no escriban; no escriban más; no escriba más; no escribas más
            no me manden; no me mande; no me mandes; no me manden más; no manden más; no manden; no mande más
            no me envíen; no me envíe; no me envíes; no me envíen más; no envíen más; no envíen; no envíe más
            no enviar; no enviar más; no escribir; no molestar; no molesten; no moleste; no molestes; no me molesten
            no me moleste; no me molestes; no me molesten más; no más mensajes; no más sms; no quiero más mensajes
            no quiero mensajes; no quiero sus mensajes; no quiero recibir; no quiero recibir más; no deseo recibir
            ya no quiero recibir; ya no quiero mensajes; ya no me escriban; ya no manden; ya no envíen
            ya no me manden; ya no me envíen; borren mi número; borra mi número; borre mi número; borrar mi número
            borren mis datos; eliminen mi número; elimine mi número; elimina mi número; eliminar mi número; bórreme
            elimíname; elimínenme; elimíneme; quítenme; quíteme; dejen de escribir; dejen de escribirme
            deje de escribir; deje de escribirme; deja de escribirme; dejen de mandar; dejen de mandarme
            dejen de enviar; dejen de enviarme; deje de enviar; deje de enviarme; dejen de molestar
            deje de molestar; deja de molestar; déjenme en paz; déjeme en paz; déjame en paz; basta ya
            basta de mensajes; paren de escribir; paren de mandar; ya basta; cancelar suscripción
            cancela mi suscripción; cancelar la suscripción; desuscribir; desuscribirme; desuscribirse; desinscribir
            no llamen; no me llamen; no me llamen más; no me contacten; no contactar; no me contacten más
            suficientes mensajes""",
        Sense.WRITE: """
            escriban; escriba; escribas; escribir; escribirme; manden; mande; mandes; mandar; mandarme; envíen
            envíe; envíes; enviar; enviarme; molesten; moleste; molestes; molestar; molestarme; contacten; contacte
            contactes; contactar; contactarme; recibir; acosen; fastidien""",
        Sense.MESSAGES: "mensaje; mensajes; mensajitos; sms; notificaciones; spam; publicidad",
        Sense.REMOVE: """
            borren; borre; borra; borrar; eliminen; elimine; elimina; eliminar; quiten; quite; quita; quitar; saquen
            saque; saca; sacar; sácame; sáquenme; quítame; bórrame; bórrenme; bloqueen; bloquee; desactiven
            den de baja; dar de baja a""",
        Sense.LISTING: """
            lista; listas; base; base de datos; mi número; este número; mis datos; registro; registros; contactos
            sistema""",
        Sense.WEARY: "harto; harta; hartos; cansado de; me tienen harto; estoy harto",
        Sense.PENALTY: "multa; multas; penalización; sanción; descuento; calificación",
        Sense.UNFAIR: """
            injusto; injusta; injustas; no es justo; es un error; no fue mi culpa; no es mi culpa; incorrecta""",
        Sense.STOP_ALONE: "basta; suficiente; fin; parar; pare; paren; alto",
        Sense.START: """
            iniciar; empezar; comenzar; alta; darme de alta; denme de alta; dame de alta; suscribir; suscribirme
            reanudar; reactivar; quiero volver a recibir; quiero recibir mensajes; quiero recibir ofertas
            quiero volver a trabajar; volver a recibir; envíenme ofertas; mándenme ofertas; agréguenme a la lista
            agréguenme; quiero recibir trabajos; actívenme; inscríbanme""",
        Sense.RESTORE: """
            recuperar; restaurar; restablecer; deshacer; devolver mi lugar; devuélvanme mi lugar
            devuélvanme el lugar; devuélvanme; revertir; recuperar mi lugar; reincorporar; regrésenme mi lugar
            regrésenme; recupero; recupéralo""",
        Sense.APPEAL: """
            apelar; apelo; apelación; quiero apelar; disputa; disputo; impugno; impugnar; reclamo; reclamación
            quiero reclamar; reclamar; protesto; no estoy de acuerdo con la multa
            no estoy de acuerdo con esta multa; no acepto la multa; quiten la multa; quítenme la multa
            cancelen la multa; contra la multa; recurso; objeción; la multa está mal; me opongo""",
        Sense.WRONG_NUMBER: """
            número equivocado; numero incorrecto; número incorrecto; se equivocó; se equivocó de número
            se equivocaron; se equivocaron de número; te equivocaste; te equivocaste de número; equivocado
            se ha equivocado; se han equivocado; se ha equivocado de número; está equivocado; están equivocados
            no soy yo; no soy esa persona; no soy él; otra persona; soy otra persona; es otra persona; no soy @
            no es @; este no es @; yo no soy @; este no es el número; no es mi número; no conozco a @; no lo conozco
            aquí no hay ningún @; aquí no vive; este número ya no; persona equivocada; teléfono equivocado
            no es el número de @; este no es el número de @; no los conozco; no conozco""",
        Sense.CALL: """
            llámame; llámeme; llámenme; llamame; llama; llame; llamen; llámame por favor; márcame; márqueme
            márquenme; marcame; llámenme por favor; devuélvanme la llamada; devuélveme la llamada; puede llamarme
            pueden llamarme; puedes llamarme; me puede llamar; me pueden llamar; me puedes llamar; necesito hablar
            quiero hablar; podemos hablar; me llaman; me llamas; me llama; hablemos; espero su llamada
            espero la llamada; espero tu llamada; llamada; por favor llamen; quiero que me llamen""",
        Sense.SUBSTITUTE: """
            mando/envío/mandaré/enviaré/llega a mi/un hermano/amigo/primo/hijo/compañero/tío/vecino; en mi lugar
            en vez de mí; en mi puesto; irá mi hermano; irá mi amigo; irá mi hijo; va mi hermano; va mi amigo
            va mi hijo; va mi primo; irá mi primo; va a ir mi hermano; va a ir mi amigo; mi hermano va
            mi hermano irá; mi amigo va; mi amigo irá; mi primo va; mi primo irá; mi hijo irá; mi hijo va
            mando a mi hermano; mando a mi amigo; mando a otro; envío a mi hermano; envío a mi amigo; sustituto
            reemplazo; me reemplaza; me sustituye; me cubre; me reemplazará; me sustituirá; me cubrirá
            mi compañero va; mi compañero irá; mando un reemplazo; otra persona irá; va otro por mí; irá otro por mí
            mi hermano va a ir""",
        Sense.LATE: """
            me voy a retrasar/demorar/tardar/atrasar; voy a retrasarme/demorarme/tardar; se me hará tarde; tarde
            llego tarde; llegaré tarde; llegare tarde; voy tarde; voy a llegar tarde; llegando tarde
            llegaremos tarde; retraso; con retraso; voy con retraso; llego con retraso; me retraso; me retrasaré
            retrasado; voy retrasado; estoy retrasado; demora; me demoro; demorado; me demoraré; me voy a demorar
            atasco; atascado; estoy atascado; tráfico; hay tráfico; mucho tráfico; en el tráfico; trancón; trancado
            me quedé dormido; me dormí; se me hizo tarde; se me hace tarde; se hizo tarde; perdí el bus
            perdí el autobús; perdí el tren; no llego a la hora; voy a tardar; me tardo; tardaré; tardo
            un poco tarde; me atrasé; voy atrasado; atrasado; me atraso; me voy a tardar; el bus no llega""",
        Sense.LATER: """
            llego más tarde; llegaré más tarde; un poco más tarde; voy más tarde; iré más tarde; llego después
            llegaré después""",
        Sense.ARRIVED: """
            llegué; ya llegué; llegamos; ya llegamos; estoy aquí; aquí estoy; estamos aquí; aquí estamos
            ya estoy aquí; ya estamos aquí; ya estoy; estoy acá; acá estoy; ya estoy acá; en el sitio; en el lugar
            estoy en el lugar; ya estoy en el lugar; estoy en el sitio; ya en el sitio; he llegado; hemos llegado
            en la obra; estoy en la obra; estoy en la puerta; en la puerta; en la entrada; estoy en la entrada
            estoy afuera; ya en el lugar; estoy allí; ya estoy allí; ya estamos; presente; estoy presente
            ya estoy en la obra; estamos en el sitio; estamos en el lugar; llegue ya; ya llegue; ya llegue al lugar
            llegue; ya ando aquí; ya ando aca""",
        Sense.HERE: "aquí; acá; ya aquí",
        Sense.ON_WAY: """
            en camino; voy en camino; estoy en camino; vamos en camino; ya voy en camino; saliendo; voy saliendo
            estoy saliendo; ya salí; salí; ya salimos; salimos ya; estoy yendo; yendo; llegando; estoy llegando
            voy llegando; ya casi llego; casi llego; en el bus; en el autobús; en el metro; en el tren; en taxi
            en el taxi; en ruta; de camino; voy de camino; estoy de camino; estoy por llegar; por llegar; voy ya
            voy ahora; cerca; estoy cerca; ya mero llego; en el coche; en el carro; manejando; conduciendo
            me falta poco; ya estoy en camino; ando en camino; salgo ya; salgo ahora; saliendo de casa
            ya estoy cerca; camino""",
        Sense.SOON: """
            pronto; ya pronto; ya mero; ahorita; ahorita llego; llego pronto; en breve; en seguida; enseguida
            ahora mismo; en un momento; unos minutos; un momento; un minuto; en unos minutos; ya casi; en un rato
            en un ratito; ahora; llego en breve; ya llego; llego ya; llego""",
        Sense.FILLER: """
            código; el numero; yo; nosotros; a; al; el; la; los; lo; le; les; me; mi; de; del; en; y; un; una; con
            para; por; que; es; estoy; está; ya; ahí; allí; allá; gusto; por favor; porfavor; porfa; disculpe
            disculpa; perdón; perdone; lo siento; siento; lamentablemente; desgraciadamente; señor; señora; jefe
            amigo; hermano; compañero; jefa; don; trabajar; trabajo; ir; turno; obra; el turno; puntual; a tiempo
            sin falta; siempre; también; como siempre; muy; mucho; ahí mismo; nos vemos; saludos; te; se; su; este
            esta; ese; eso; oferta; no llego tarde; no llegaré tarde; no se preocupen; no se preocupe
            no te preocupes; tranquilo; solo yo; lugar; pues; ok pues; además; ser; estar; todo; tengo; persona
            número; listo para trabajar; esa; sitio; respuesta; mi respuesta es; pasado; bendiciones; chamba
            jefecito; son; será; somos; para mí; conmigo""",
        Sense.THANKS: """
            gracias; muchas gracias; mil gracias; grax; grs; muchísimas gracias; gracias por avisar; se agradece
            muy amable; gracias por todo""",
        Sense.FAREWELL: """
            adiós; chao; suerte; hasta luego; hasta mañana; cuídense; cuídate; que estén bien; buen día para todos
            feliz día""",
        Sense.GREETING: """
            hola; buenos días; buenas tardes; buenas noches; buenas; buen día; qué tal; que tal; buenos dias jefe
            saludos cordiales; estimado; estimados""",
        Sense.OTHER: """
            muy alto; está alto; es alto; más alto; de alto; va a; irá; ira; irán; vayan; vaya; pueden; puedes
            puedas; podrá; aceptan; acepta; acepte; aceptar; parada; en la parada; parada de autobús; parada del bus
            aceptaron; fui; fue; estuve; bajar; abajo; trabaja; trabajan; fin de semana; el fin; suficiente gente
            al final; confirme; confirma; confirmen; confirmar; viene; vienen; vienes; ella; ellos; nadie; va mal
            baja la; no basta; al parar; sin parar; en alto; cliente; voy al; voy a; vamos a; nos vamos; me voy
            llega; llegan; listos; entonces vale; vale la pena; bajo; él no; dale que no""",
    },
    days={
        StatedDay.TODAY: "hoy; para hoy; hoy mismo",
        StatedDay.TOMORROW: "mañana; para mañana; manana",
        StatedDay.DAY_AFTER_TOMORROW: "pasado mañana; pasado manana; para pasado mañana",
        StatedDay.MONDAY: "lunes; el lunes",
        StatedDay.TUESDAY: "martes; el martes",
        StatedDay.WEDNESDAY: "miércoles; el miércoles",
        StatedDay.THURSDAY: "jueves; el jueves",
        StatedDay.FRIDAY: "viernes; el viernes",
        StatedDay.SATURDAY: "sábado; el sábado",
        StatedDay.SUNDAY: "domingo; el domingo",
    },
    parties={
        1: "estoy solo; yo solo; soy yo solo",
        2: """
            somos dos; seremos dos; estamos dos; con mi hermano; con un amigo; con mi amigo; con mi primo
            con mi hijo; con mi padre; con mi papá; con mi compañero; con un compañero; con mi cuñado; con mi esposa
            con mi vecino; mi hermano y yo; mi amigo y yo; mi primo y yo; yo y mi hermano; yo y un amigo
            dos personas; llevo a mi hermano; llevo a un amigo; llevo un amigo; con mi tío; con mi sobrino
            con otro compañero; con otra persona; y mi hermano; y mi amigo""",
        3: """
            somos tres; seremos tres; estamos tres; tres personas; con dos amigos; con mis dos hermanos; los tres
            con dos compañeros""",
        4: "somos cuatro; seremos cuatro; estamos cuatro; cuatro personas; con tres amigos; los cuatro",
        5: "somos cinco; seremos cinco; estamos cinco; cinco personas",
        6: "somos seis; seremos seis; seis personas",
    },
    durations={
        30: "media hora; en media hora; una media hora; mediahora; como media hora",
        60: "una hora; en una hora; como una hora; 1 hora",
        90: "hora y media; una hora y media; en hora y media; en una hora y media",
        15: "cuarto de hora; un cuarto de hora; en un cuarto de hora",
        120: "dos horas; en dos horas; un par de horas",
        45: "tres cuartos de hora",
    },
    ordinals={
        1: "primero; primera; el primero; la primera; primer",
        2: "segundo; segunda; el segundo; la segunda",
        3: "tercero; tercera; el tercero; la tercera",
        4: "cuarto; el cuarto; la cuarta",
        5: "quinto; el quinto; la quinta",
    },
    rollcall={
        Sense.ALL_HERE: """
            todos; todos aquí; todos presentes; estamos todos; todos están; todos están aquí; están todos
            ya estamos todos; todos estamos aquí; todos estamos; todos llegaron; llegaron todos; completo
            equipo completo; completos; estamos completos; no falta nadie; nadie falta; ninguno falta
            todos en el sitio; todos acá; estamos todos aquí; todos ya llegaron; ya están todos; están todos aquí
            todos listos""",
        Sense.ABSENT: """
            falta; faltan; no vino; no vinieron; no está; no están; no llegó; no llegaron; ausente; ausentes
            no ha llegado; no han llegado; no se presentó; no se presentaron; faltó; faltaron""",
        Sense.EXCEPT: "excepto; menos; todos menos; todos excepto; salvo; todos salvo",
    },
    roles={
        Role.MINUTE: "minuto; minutos; minutitos; mins",
        Role.HOUR: "hora; horas; hrs",
        Role.PEOPLE: "personas; persona; hombres; trabajadores; tipos; chicos; compañeros",
        Role.MONEY: "pesos; soles; euros; por hora; la hora; dolares; pesos la hora",
        Role.AT: "a las; a la; las; sobre las; como a las; tipo",
        Role.FROM: """
            desde; desde las; hasta; hasta las; después de; después de las; antes de; antes de las; a partir de
            a partir de las; de las""",
        Role.IN: "en; dentro de; unos",
        Role.WE: "somos; seremos; vamos; estamos; iremos; vamos los",
        Role.ABOUT: "aproximadamente; aprox; unos; como; casi; mas o menos",
        Role.OCLOCK: "en punto",
        Role.ITEM: "código; turno; numero; oferta",
        Role.MONTH: """
            enero; febrero; marzo; abril; mayo; junio; julio; agosto; septiembre; octubre; noviembre; diciembre
            de enero; de mayo""",
        Role.PRICE: "por; pagan; mas de; menos de",
    },
    parts_of_day={
        MORNING: "de la mañana; por la mañana; de la manana",
        AFTERNOON: "de la tarde; por la tarde",
        EVENING: "de la noche; por la noche",
        NIGHT: "de la madrugada; de madrugada",
    },
    numerals={
        1: "uno",
        2: "dos",
        3: "tres",
        4: "cuatro",
        5: "cinco",
        6: "seis",
        7: "siete",
        8: "ocho",
        9: "nueve",
        10: "diez",
        11: "once",
        12: "doce",
        15: "quince",
        20: "veinte",
        25: "veinticinco",
        30: "treinta",
        40: "cuarenta",
        50: "cincuenta",
    },
)
