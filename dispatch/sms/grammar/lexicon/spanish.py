"""Spanish."""

from dispatch.sms.grammar.lexicon.form import AFTERNOON, EVENING, MORNING, NIGHT, Lexicon
from dispatch.sms.grammar.lexicon.spanish_answers import SPANISH_ANSWERS
from dispatch.sms.grammar.senses import Role, Sense, StatedDay

SPANISH = Lexicon(
    phrases={
        **SPANISH_ANSWERS,
        Sense.ASK: """
            qué trabajo/dirección/pago/día/lugar/pasa/pasó/hay/es; cuándo; dónde; adónde; cuánto; cuánta; cuántos
            cuántas; cuál; cuáles; quién; quiénes; quién eres; quién es; cómo; por qué; para qué; a qué hora
            qué hora; a que hora; que hora; dónde es; dónde queda; cuánto pagan; cuánto paga; cuánto es; cómo llego
            cuál es la dirección; hay trabajo; hay chamba; puedo llevar; se puede; me puede decir; me pueden decir
            me podrían decir; díganme; dígame; dime; envíen la dirección; mándame la dirección
            mándenme la dirección; envíame la dirección; envíenme la dirección; pásame la dirección; no entiendo
            no entendí; es lejos; está lejos de; queda lejos; de verdad; en serio; hasta qué hora; desde qué hora
            es verdad; q hora; xq; cuanto hay""",
        Sense.TOPIC: """
            dirección; direccion*; pago; pagos; sueldo; salario; tarifa; ubicación; metro; estacionamiento
            herramienta*; uniforme; comida; almuerzo; teléfono; contacto; detalles; informacion; horario; hora
            domicilio; lugar exacto; precio; paga; transporte; mapa""",
        Sense.HELP: """
            no encuentro; no lo encuentro; no encuentro el lugar; no encuentro la dirección; no puedo encontrar
            no puedo entrar; no puedo pasar; no me dejan entrar; no me dejan pasar; no nos dejan entrar; me perdí
            estoy perdido; no recibí la dirección; no recibí; no me pagaron; no me han pagado; está cerrado
            cerrado; no puedo abrir; no hay nadie""",
        Sense.STOP: """
            baja; dar de baja; darme de baja; dame de baja; denme de baja; deme de baja; dénme de baja
            quiero darme de baja; solicito la baja; quiero la baja; me doy de baja; no me escriban; no me escriba
            no me escribas; no me escriban más; no escriban; no escriban más; no escriba más; no escribas más
            no me manden; no me mande; no me mandes; no me manden más; no manden más; no manden; no mande más
            no me envíen; no me envíe; no me envíes; no me envíen más; no envíen más; no envíen; no envíe más
            no enviar; no enviar más; no escribir; no molestar; no molesten; no moleste; no molestes
            no me molesten; no me moleste; no me molestes; no me molesten más; no más mensajes; no más sms
            no quiero más mensajes; no quiero mensajes; no quiero sus mensajes; no quiero recibir
            no quiero recibir más; no deseo recibir; ya no quiero recibir; ya no quiero mensajes; ya no me escriban
            ya no manden; ya no envíen; ya no me manden; ya no me envíen; borren mi número; borra mi número
            borre mi número; borrar mi número; borren mis datos; eliminen mi número; elimine mi número
            elimina mi número; eliminar mi número; bórreme; elimíname; elimínenme; elimíneme; quítenme; quíteme
            dejen de escribir; dejen de escribirme; deje de escribir; deje de escribirme; deja de escribirme
            dejen de mandar; dejen de mandarme; dejen de enviar; dejen de enviarme; deje de enviar
            deje de enviarme; dejen de molestar; deje de molestar; deja de molestar; déjenme en paz; déjeme en paz
            déjame en paz; basta de mensajes; paren de escribir; paren de mandar; cancelar suscripción
            cancela mi suscripción; cancelar la suscripción; desuscribir; desuscribirme; desuscribirse
            desinscribir; no llamen; no me llamen; no me llamen más; no me contacten; no contactar
            no me contacten más; suficientes mensajes
            no me lleguen más mensajes; que no me lleguen mensajes; que no me lleguen más mensajes
            no me lleguen mensajes; no deseo mensajes; no deseo más mensajes; ya no deseo recibir
            no quiero ver sus mensajes; quiten/saquen mi número; quite/saque mi número
            saquen/quiten mi número de la lista/base; desactiven los mensajes; apaguen los mensajes""",
        Sense.WRITE: """
            escriban; escriba; escribas; escribir; escribirme; manden; mande; mandes; mandar; mandarme; envíen
            envíe; envíes; enviar; enviarme; molesten; moleste; molestes; molestar; molestarme; contacten; contacte
            contactes; contactar; contactarme; recibir; acosen; fastidien""",
        Sense.MESSAGES: "mensaje; mensajes; mensajitos; sms; notificaciones; spam; publicidad",
        Sense.REMOVE: """
            borren; borre; borra; borrar; eliminen; elimine; elimina; eliminar; quiten; quite; quita; quitar
            saquen; saque; saca; sacar; sácame; sáquenme; quítame; bórrame; bórrenme; bloqueen; bloquee; desactiven
            den de baja; dar de baja a
            apaguen; apague; saquen de; limpien; tachen mi número""",
        Sense.LISTING: """
            lista; listas; base; base de datos; mi número; este número; mis datos; registro; registros; contactos
            sistema""",
        Sense.WEARY: """
            harto; harta; hartos; cansado de; me tienen harto; estoy harto; basta; suficiente; ya basta; basta ya""",
        Sense.PENALTY: """
            multa; multas; penalización; sanción; descuento; calificación; falta; la falta; inasistencia; ausencia""",
        Sense.UNFAIR: """
            injusto; injusta; injustas; no es justo; es un error; no fue mi culpa; no es mi culpa; incorrecta
            yo sí trabajé; sí trabajé; yo trabajé ese día; sí fui; sí estuve""",
        Sense.STOP_ALONE: "fin; parar; pare; paren; alto",
        Sense.START: """
            iniciar; empezar; comenzar; alta; darme de alta; denme de alta; dame de alta; suscribir; suscribirme
            reanudar; reactivar; quiero volver a recibir; quiero recibir mensajes; quiero recibir ofertas
            quiero volver a trabajar; volver a recibir; envíenme ofertas; mándenme ofertas; agréguenme a la lista
            agréguenme; quiero recibir trabajos; actívenme; inscríbanme
            mándenme/manden/envíenme trabajo/trabajos/ofertas de nuevo/otra vez; mándenme trabajos de nuevo
            quiero recibir ofertas de nuevo; vuelvan a mandarme; de nuevo quiero trabajar""",
        Sense.RESTORE: """
            recuperar; restaurar; restablecer; deshacer; devolver mi lugar; devuélvanme mi lugar
            devuélvanme el lugar; devuélvanme; revertir; recuperar mi lugar; reincorporar; regrésenme mi lugar
            regrésenme; recupero; recupéralo; volver al turno; quiero volver al turno; quiero mi turno de vuelta
            devuélvanme el turno; recuperar mi turno; recuperar el turno; me equivoqué al cancelar
            cancelé por error; visszaveszem; visszavennétek; vissza a műszakba; tévedésből mondtam le
            véletlenül mondtam le; сменамни қайтаринг; smenamni qaytaring; адашиб бекор қилдим
            adashib bekor qildim; сменаро баргардонед; смена баргардонед""",
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
            no es @; este no es @; yo no soy @; este no es el número; no es mi número; no conozco a @
            no lo conozco; aquí no hay ningún @; aquí no vive; este número ya no; persona equivocada
            teléfono equivocado; no es el número de @; este no es el número de @; no los conozco; no conozco
            ya no es de @; este teléfono ya no es de @; este número ya no es de @; acá no vive @
            no conozco a ningún @; cambió de dueño; este número es nuevo; acabo de comprar este chip
            me dieron este número""",
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
            mi compañero va; mi compañero irá; mando un reemplazo; otra persona irá; va otro por mí
            irá otro por mí; mi hermano va a ir""",
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
            llegue; ya ando aquí; ya ando aca; ya toy aquí; toy aquí; toy acá; aquí ando; ya ando acá
            en el almacén; estoy en el almacén; en la bodega; estoy en la bodega; aquí esperando; estoy esperando
            esperando en la puerta; presentes; ya entré; ya chequé; ya fiché; fichando""",
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
            en un ratito; ahora; llego en breve; ya llego; llego ya""",
        Sense.FILLER: """
            código; el numero; yo; nosotros; a; al; el; la; los; lo; le; les; me; mi; de; del; en; y; un; una; con
            para; por; que; es; estoy; está; ya; ahí; allí; allá; gusto; por favor; porfavor; porfa; disculpe
            disculpa; perdón; perdone; lo siento; siento; señor; señora; jefe; amigo; hermano; compañero; jefa; don
            trabajar; trabajo; ir; turno; obra; el turno; puntual; a tiempo; sin falta; siempre; también
            como siempre; muy; mucho; ahí mismo; nos vemos; saludos; te; se; su; este; esta; ese; eso; oferta
            no llego tarde; no llegaré tarde; no se preocupen; no se preocupe; no te preocupes; tranquilo; solo yo
            lugar; pues; ok pues; además; ser; estar; todo; tengo; persona; número; listo para trabajar; esa; sitio
            respuesta; mi respuesta es; pasado; bendiciones; chamba; jefecito; son; será; somos; para mí; conmigo
            un saludo; estoy ahí; ahí estoy; no paren de mandarme; no dejen de mandarme; no paren de enviarme
            faltan dos/tres paradas; paradas; no les fallo; no les fallaré; no te fallo; no fallo; no falto
            no faltaré; see you in the morning; see you tomorrow morning; see you tonight; will both
            both of us will
            dejen de buscar; deja de buscar""",
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
            puedas; podrá; aceptan; acepta; acepte; aceptar; parada; en la parada; parada de autobús
            parada del bus; aceptaron; fui; fue; estuve; bajar; abajo; trabaja; trabajan; fin de semana; el fin
            suficiente gente; al final; confirme; confirma; confirmen; confirmar; viene; vienen; vienes; ella
            ellos; nadie; va mal; baja la; no basta; al parar; sin parar; en alto; cliente; voy al; voy a; vamos a
            nos vamos; me voy; llega; llegan; listos; entonces vale; vale la pena; bajo; él no; dale que no""",
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
            con mi hijo; con mi padre; con mi papá; con mi compañero; con un compañero; con mi cuñado
            con mi esposa; con mi vecino; mi hermano y yo; mi amigo y yo; mi primo y yo; yo y mi hermano
            yo y un amigo; dos personas; llevo a mi hermano; llevo a un amigo; llevo un amigo; con mi tío
            con mi sobrino; con otro compañero; con otra persona; y mi hermano; y mi amigo""",
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
        Role.PERCENT: "por ciento; porciento",
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
        15: "quince; y cuarto",
        20: "veinte",
        25: "veinticinco",
        30: "treinta; y media",
        40: "cuarenta",
        50: "cincuenta",
    },
)
