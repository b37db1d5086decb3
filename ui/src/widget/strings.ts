// What the chat itself says, in the visitor's language. The shop's own words (name, greeting) stay in the shop's.

export interface Strings {
  write: string;
  send: string;
  close: string;
  log: string;
  you: string;
  team: string;
  sending: string;
  sent: string;
  delayed: string;
  failed: string;
  retry: string;
  discard: string;
  offline: string;
  ended: string;
  byMail: string;
  alsoByMail: string;
  askMail: string;
  askMailWhy: string;
  mailLabel: string;
  save: string;
  notNow: string;
  mailSaved: (address: string) => string;
  mailWrong: string;
  mailLater: string;
  leaveMail: string;
  left: (characters: number) => string;
  newer: string;
}

const en: Strings = {
  write: "Write a message",
  send: "Send",
  close: "Close the chat",
  log: "Conversation",
  you: "You",
  team: "Us",
  sending: "Sending…",
  sent: "Sent",
  delayed: "Not sent yet. It is kept here and tried again.",
  failed: "This was not sent.",
  retry: "Try again",
  discard: "Discard",
  offline: "No connection. What you write is kept and sent later.",
  ended: "This chat has ended. Reload the page to begin again.",
  byMail: "We answered by e-mail.",
  alsoByMail: "We sent this by e-mail too.",
  askMail: "Where should we write if you have to leave?",
  askMailWhy: "We will send a mail there, so that you can confirm that it is yours.",
  mailLabel: "Your e-mail address",
  save: "Save",
  notNow: "Not now",
  mailSaved: (address) => `Thank you. If you leave, we write to ${address}. Please confirm it by the mail that we send there.`,
  mailWrong: "Please check the address. It looks like amina@example.org.",
  mailLater: "The address could not be saved. Please try again in a moment.",
  leaveMail: "Leave an e-mail address",
  left: (n) => (n >= 0 ? `${n} characters left` : `${-n} characters too many`),
  newer: "New message below",
};

const es: Strings = {
  write: "Escribe un mensaje",
  send: "Enviar",
  close: "Cerrar el chat",
  log: "Conversación",
  you: "Tú",
  team: "Nosotros",
  sending: "Enviando…",
  sent: "Enviado",
  delayed: "Aún no se ha enviado. Se guarda aquí y lo volvemos a intentar.",
  failed: "Esto no se ha enviado.",
  retry: "Intentar de nuevo",
  discard: "Descartar",
  offline: "Sin conexión. Lo que escribas se guarda y se envía más tarde.",
  ended: "Este chat ha terminado. Recarga la página para empezar de nuevo.",
  byMail: "Te hemos respondido por correo.",
  alsoByMail: "También te lo hemos enviado por correo.",
  askMail: "¿Adónde te escribimos si tienes que irte?",
  askMailWhy: "Te enviaremos un correo para que confirmes que la dirección es tuya.",
  mailLabel: "Tu correo electrónico",
  save: "Guardar",
  notNow: "Ahora no",
  mailSaved: (address) => `Gracias. Si te vas, escribiremos a ${address}. Confírmala con el correo que te enviamos.`,
  mailWrong: "Revisa la dirección. Debe parecerse a amina@example.org.",
  mailLater: "No se ha podido guardar la dirección. Inténtalo de nuevo en un momento.",
  leaveMail: "Dejar un correo electrónico",
  left: (n) => (n >= 0 ? `Quedan ${n} caracteres` : `Sobran ${-n} caracteres`),
  newer: "Mensaje nuevo abajo",
};

const de: Strings = {
  write: "Nachricht schreiben",
  send: "Senden",
  close: "Chat schließen",
  log: "Gespräch",
  you: "Sie",
  team: "Wir",
  sending: "Wird gesendet…",
  sent: "Gesendet",
  delayed: "Noch nicht gesendet. Die Nachricht bleibt hier und wird erneut versucht.",
  failed: "Das wurde nicht gesendet.",
  retry: "Noch einmal",
  discard: "Verwerfen",
  offline: "Keine Verbindung. Was Sie schreiben, wird aufbewahrt und später gesendet.",
  ended: "Dieser Chat ist beendet. Laden Sie die Seite neu, um wieder zu beginnen.",
  byMail: "Wir haben per E-Mail geantwortet.",
  alsoByMail: "Das haben wir Ihnen auch per E-Mail geschickt.",
  askMail: "Wohin sollen wir schreiben, wenn Sie gehen müssen?",
  askMailWhy: "Wir schicken eine Mail dorthin, mit der Sie die Adresse bestätigen.",
  mailLabel: "Ihre E-Mail-Adresse",
  save: "Speichern",
  notNow: "Jetzt nicht",
  mailSaved: (address) => `Danke. Wenn Sie gehen, schreiben wir an ${address}. Bitte bestätigen Sie die Adresse mit unserer Mail.`,
  mailWrong: "Bitte prüfen Sie die Adresse. Sie sieht aus wie amina@example.org.",
  mailLater: "Die Adresse konnte nicht gespeichert werden. Bitte versuchen Sie es gleich noch einmal.",
  leaveMail: "E-Mail-Adresse hinterlassen",
  left: (n) => (n >= 0 ? `Noch ${n} Zeichen` : `${-n} Zeichen zu viel`),
  newer: "Neue Nachricht unten",
};

const fr: Strings = {
  write: "Écrire un message",
  send: "Envoyer",
  close: "Fermer la discussion",
  log: "Conversation",
  you: "Vous",
  team: "Nous",
  sending: "Envoi…",
  sent: "Envoyé",
  delayed: "Pas encore envoyé. Le message est gardé ici et nous réessayons.",
  failed: "Ce message n’est pas parti.",
  retry: "Réessayer",
  discard: "Supprimer",
  offline: "Pas de connexion. Ce que vous écrivez est gardé et sera envoyé plus tard.",
  ended: "Cette discussion est terminée. Rechargez la page pour recommencer.",
  byMail: "Nous avons répondu par e-mail.",
  alsoByMail: "Nous l’avons aussi envoyé par e-mail.",
  askMail: "Où vous écrire si vous devez partir ?",
  askMailWhy: "Nous y enverrons un e-mail pour que vous confirmiez que l’adresse est la vôtre.",
  mailLabel: "Votre adresse e-mail",
  save: "Enregistrer",
  notNow: "Pas maintenant",
  mailSaved: (address) => `Merci. Si vous partez, nous écrirons à ${address}. Confirmez-la grâce à l’e-mail que nous y envoyons.`,
  mailWrong: "Vérifiez l’adresse. Elle ressemble à amina@example.org.",
  mailLater: "L’adresse n’a pas pu être enregistrée. Réessayez dans un instant.",
  leaveMail: "Laisser une adresse e-mail",
  left: (n) => (n >= 0 ? `Encore ${n} caractères` : `${-n} caractères de trop`),
  newer: "Nouveau message plus bas",
};

const ar: Strings = {
  write: "اكتب رسالة",
  send: "إرسال",
  close: "إغلاق المحادثة",
  log: "المحادثة",
  you: "أنت",
  team: "نحن",
  sending: "جارٍ الإرسال…",
  sent: "أُرسلت",
  delayed: "لم تُرسل بعد. نحتفظ بها هنا ونعيد المحاولة.",
  failed: "لم تُرسل هذه الرسالة.",
  retry: "إعادة المحاولة",
  discard: "حذف",
  offline: "لا يوجد اتصال. نحتفظ بما تكتبه ونرسله لاحقًا.",
  ended: "انتهت هذه المحادثة. أعد تحميل الصفحة لتبدأ من جديد.",
  byMail: "أجبناك بالبريد الإلكتروني.",
  alsoByMail: "أرسلناها إليك بالبريد الإلكتروني أيضًا.",
  askMail: "إلى أين نكتب إليك إن اضطررت إلى المغادرة؟",
  askMailWhy: "سنرسل رسالة إلى هذا العنوان لتؤكد أنه لك.",
  mailLabel: "عنوان بريدك الإلكتروني",
  save: "حفظ",
  notNow: "ليس الآن",
  mailSaved: (address) => `شكرًا. إن غادرت فسنكتب إلى \u2068${address}\u2069. يُرجى تأكيده من الرسالة التي نرسلها إليه.`,
  mailWrong: "يُرجى التحقق من العنوان. مثال: \u2068amina@example.org\u2069",
  mailLater: "تعذّر حفظ العنوان. يُرجى المحاولة بعد قليل.",
  leaveMail: "اترك عنوان بريد إلكتروني",
  left: (n) => (n >= 0 ? `الأحرف المتبقية: ${n}` : `أحرف زائدة: ${-n}`),
  newer: "رسالة جديدة في الأسفل",
};

const ja: Strings = {
  write: "メッセージを入力",
  send: "送信",
  close: "チャットを閉じる",
  log: "会話",
  you: "あなた",
  team: "担当者",
  sending: "送信中…",
  sent: "送信済み",
  delayed: "まだ送信されていません。保存して再送します。",
  failed: "送信できませんでした。",
  retry: "再送信",
  discard: "破棄",
  offline: "接続がありません。入力した内容は保存され、後で送信されます。",
  ended: "このチャットは終了しました。再開するにはページを再読み込みしてください。",
  byMail: "メールでお返事しました。",
  alsoByMail: "メールでもお送りしました。",
  askMail: "席を外される場合、どちらにご連絡すればよいですか。",
  askMailWhy: "ご本人のアドレスか確認するため、メールをお送りします。",
  mailLabel: "メールアドレス",
  save: "保存",
  notNow: "後で",
  mailSaved: (address) => `ありがとうございます。席を外された場合は ${address} にご連絡します。お送りするメールでご確認ください。`,
  mailWrong: "アドレスをご確認ください(例:amina@example.org)。",
  mailLater: "アドレスを保存できませんでした。しばらくしてからもう一度お試しください。",
  leaveMail: "メールアドレスを残す",
  left: (n) => (n >= 0 ? `残り${n}文字` : `${-n}文字超過`),
  newer: "下に新しいメッセージがあります",
};

const ALL: Record<string, Strings> = { en, es, de, fr, ar, ja };

export interface Language {
  code: string;
  direction: "ltr" | "rtl";
  strings: Strings;
}

/** The first of the reader's languages that we speak, else English. */
export function languageFor(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.split("-")[0]?.toLowerCase() ?? "").find((code) => code in ALL) ?? "en";
  return { code: known, direction: known === "ar" ? "rtl" : "ltr", strings: ALL[known] ?? en };
}
