//! What people and programs call the columns of their tables.

use crate::mapping::Field;

/// Names of columns, most telling first: lower case, letters and digits only, Latin letters without accents.
pub(crate) fn names(field: Field) -> impl Iterator<Item = &'static str> {
    let names = match field {
        Field::Id => "messageid tweetid postid commentid msgid id uuid guid externalid nummer numero",
        Field::Text => {
            "text message body content comment messagetext bodytext fulltext plaintext posttext tweet post review
             feedback description raw mensaje texto comentario contenido nachricht inhalt kommentar
             nachrichtentext texte commentaire contenu mensagem conteudo messaggio testo commento bericht tekst
             wiadomosc tresc mesaj meddelande сообщение текст повідомлення رسالة نص 消息 内容 本文 メッセージ 메시지 내용 संदेश"
        }
        Field::Html => "html bodyhtml htmlbody cooked contenthtml messagehtml renderedbody",
        Field::Author => {
            "authorid username userid handle from fromemail email emailaddress screenname authorusername
             authorhandle userscreenname userusername fromaddress senderid sender author user login account
             authoremail useremail mail autor usuario remitente correo absender benutzer nutzer verfasser auteur
             expediteur utilisateur remetente mittente autore utente afzender nadawca gonderen автор отправитель
             المرسل 作者 发件人 送信者 보낸사람"
        }
        Field::AuthorName => {
            "authorname displayname fullname name sendername username fromname realname authordisplayname
             customername usename nombre nom nome naam imie имя 姓名 名前 이름"
        }
        Field::Time => {
            "createdat timestamp datetime date time created sentat createdutc createddate postedat publishedat
             postdate creationdate ts senton receivedat fecha fechahora hora datum zeit zeitpunkt erstellt heure
             horodatage dataora data tijd czas tarih дата время تاريخ 日期 时间 日時 日付 날짜"
        }
        Field::Subject => {
            "subject title topictitle headline summary asunto titulo betreff titel sujet objet titre assunto
             oggetto titolo onderwerp temat konu тема موضوع 主题 标题 件名 제목"
        }
        Field::Parent => {
            "parentid inreplyto inreplytoid inresponsetotweetid replyto replytoid inreplytostatusid parent
             parentcommentid replytomessageid inreplytomessageid repliedto quotedid antwortauf enrespuestaa
             respuestaa reponsea"
        }
        Field::Thread => {
            "threadid conversationid topicid thread conversation topic ticketid ticket caseid ticketnumber linkid
             discussionid hilo conversacion gesprach unterhaltung fil conversa ветка"
        }
        Field::SourceColumn => "source channel platform channelname network forum canal fuente kanal quelle plattform",
        Field::Permalink => "permalink url link messageurl posturl weblink enlace lien",
        Field::EditedAt => "editedat edited updatedat lastedited lasteditedat modifiedat lasteditat",
        Field::Deleted => "deleted isdeleted deletedat removed isremoved eliminado geloscht supprime",
        Field::Revision => "revision version editnumber revisionnumber",
        Field::Direction => "direction inbound outbound incoming outgoing fromme isoutgoing isinbound direccion richtung sens",
        Field::Recipient => "to recipient recipients toaddress toemail receiver para destinatario an empfanger destinataire",
    };
    names.split_whitespace()
}
