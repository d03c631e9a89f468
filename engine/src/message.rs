//! What holders and applicants are told, in Russian and in English: one catalogue.

use crate::verdict::{CodeFault, Notice, Verdict};

/// Declares the messages: a name, the Russian text, the English one.
macro_rules! messages {
    ($($(#[$doc:meta])* $message:ident: $ru:literal, $en:literal;)+) => {
        /// A message; braces in its texts name values that [`Message::fill`] puts in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Message { $($(#[$doc])* $message,)+ }

        impl Message {
            /// Every message, in order.
            pub const ALL: &'static [Message] = &[$(Message::$message,)+];

            /// The Russian text.
            #[must_use]
            pub const fn ru(self) -> &'static str {
                match self { $(Message::$message => $ru,)+ }
            }

            /// The English text.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Message::$message => $en,)+ }
            }
        }
    };
}

messages! {
    /// The code is valid.
    VerdictValid:
        "Код действует.",
        "The code is valid.";
    /// The card is valid, and is to be replaced soon.
    VerdictReplacementDue:
        "Карта действует, но её нужно заменить. Обратитесь за новой картой.",
        "The card is valid, but it must be replaced. Ask for a new card.";
    /// The validity begins later.
    VerdictNotYetValid:
        "Срок действия ещё не начался. Предъявите код, когда он начнётся.",
        "The code is not valid yet. Show it once its time has begun.";
    /// The validity has ended.
    VerdictExpired:
        "Срок действия истёк. Получите новый код.",
        "The code is no longer valid. Get a new one.";
    /// The code was withdrawn.
    VerdictRevoked:
        "Код отозван. Обратитесь туда, где его выдали.",
        "The code was revoked. Contact whoever issued it.";
    /// The certificate was withdrawn for a time.
    VerdictSuspended:
        "Действие сертификата приостановлено. Обратитесь к врачу.",
        "The certificate is suspended. Contact a doctor.";
    /// The card was reported lost.
    VerdictReportedLost:
        "Карта числится утерянной. Обратитесь туда, где её выдали.",
        "The card was reported lost. Contact whoever issued it.";
    /// The card was replaced by another.
    VerdictReplaced:
        "Вместо этой карты выдана другая. Предъявите новую карту.",
        "Another card was issued in place of this one. Show the new card.";
    /// The card was not replaced in time.
    VerdictReplacementOverdue:
        "Срок замены карты прошёл. Обратитесь за новой картой.",
        "The time to replace the card has passed. Ask for a new card.";
    /// What was shown is not the holder's.
    VerdictHolderMismatch:
        "Код выдан на другие данные. Предъявите документ, на который он получен.",
        "The code was issued for other details. Show the document that it was issued for.";
    /// The store holds no such code.
    VerdictUnknown:
        "Такого кода в системе нет. Проверьте его и введите ещё раз.",
        "There is no such code. Check it and enter it again.";
    /// No permit names the number plate or transport card.
    VerdictUnknownCarrier:
        "Пропуск с таким номером не найден. Проверьте номер и введите его ещё раз.",
        "No permit names this number. Check the number and enter it again.";
    /// No code was given.
    CodeEmpty:
        "Код не указан. Введите его.",
        "There is no code. Enter it.";
    /// A link of another site.
    CodeHost:
        "Ссылка ведёт на посторонний сайт. Откройте сертификат на официальном сайте.",
        "The link leads to another site. Open the certificate on the official one.";
    /// A link of the right site that names no certificate.
    CodeUrl:
        "В ссылке нет номера сертификата. Отсканируйте QR-код ещё раз.",
        "The link names no certificate. Scan the QR code again.";
    /// No code has so many symbols.
    CodeLength:
        "В коде лишние знаки или их не хватает. Проверьте его и введите полностью.",
        "The code is too long or too short. Check it and enter all of it.";
    /// A symbol that does not belong there.
    CodeSymbol:
        "В коде есть посторонний знак. Проверьте его и введите ещё раз.",
        "The code has a wrong symbol in it. Check it and enter it again.";
    /// More than a certificate's number can be.
    CodeNonCanonical:
        "Такого номера у сертификата быть не может. Проверьте его и введите ещё раз.",
        "No certificate can have this number. Check it and enter it again.";
    /// The first four digits name no day.
    CodeExpiryDate:
        "Первые четыре цифры пропуска не означают дату. Проверьте его и введите ещё раз.",
        "The permit's first four digits name no date. Check it and enter it again.";
    /// The text of the message that brings a code to a phone.
    IdentifySms:
        "{code} - код подтверждения. Никому не сообщайте его. Годен 5 минут.",
        "{code} is your code. Tell it to nobody. It is good for 5 minutes.";
    /// A code was sent.
    IdentifySent:
        "Код отправлен в СМС. Введите его в течение пяти минут.",
        "A code was sent by SMS. Enter it within five minutes.";
    /// No more codes are sent for now.
    IdentifyLimited:
        "За час можно получить три кода. Подождите {minutes} мин. и запросите новый.",
        "Three codes an hour can be sent. Wait {minutes} min and ask for a new one.";
    /// The phone is its owner's.
    IdentifyAccepted:
        "Номер телефона подтверждён. Отправьте форму.",
        "The phone number is confirmed. Send the form.";
    /// Another code was sent.
    IdentifyWrong:
        "Код неверный. Проверьте его и введите ещё раз. Осталось попыток: {tries}.",
        "The code is wrong. Check it and enter it again. Tries left: {tries}.";
    /// Another code was sent, and there are no more tries.
    IdentifyWrongLast:
        "Код неверный, попыток больше нет. Запросите новый код.",
        "The code is wrong, and no tries are left. Ask for a new code.";
    /// The code's five minutes are over.
    IdentifyExpired:
        "Срок действия кода истёк. Запросите новый код.",
        "The code is no longer good. Ask for a new one.";
    /// There is no code to answer.
    IdentifyNone:
        "Действующего кода нет. Запросите новый код.",
        "There is no code to enter. Ask for a new one.";
    /// The outcome is not shown before the phone is identified.
    MatchNotIdentified:
        "Номер телефона не подтверждён. Запросите код и введите его.",
        "The phone number is not confirmed. Ask for a code and enter it.";
    /// A registration coincides with a result that gives a certificate.
    MatchIssued:
        "Сертификат выдан. Сохраните QR-код.",
        "The certificate is issued. Save the QR code.";
    /// A field of a registration that no applicant fills in cannot be read.
    MatchInvalid:
        "Поле заполнено неверно. Исправьте его и отправьте форму ещё раз.",
        "A field is not filled in correctly. Correct it and send the form again.";
    /// The laboratory was not connected.
    MatchSourceNotConnected:
        "Лаборатория не была подключена к системе. Сдайте тест в подключённой лаборатории.",
        "The laboratory was not connected. Take a test at a connected laboratory.";
    /// The result that coincides was reported after the form was handed in.
    MatchNotReportedYet:
        "Результат ещё не поступил. Подождите и отправьте форму ещё раз.",
        "The result has not arrived yet. Wait and send the form again.";
    /// The result that coincides was withdrawn.
    MatchWithdrawn:
        "Результат отозван. Обратитесь в лабораторию.",
        "The result was withdrawn. Contact the laboratory.";
    /// The result that coincides is positive.
    MatchPositive:
        "Результат положительный, сертификат не выдаётся. Обратитесь к врачу.",
        "The result is positive, so there is no certificate. Contact a doctor.";
    /// The result that coincides is inconclusive.
    MatchInconclusive:
        "Результат неопределённый. Сдайте тест ещё раз.",
        "The result is inconclusive. Take the test again.";
    /// The result that coincides is too old.
    MatchExpired:
        "Срок действия результата истёк. Сдайте новый тест.",
        "The result is no longer valid. Take a new test.";
    /// The certificate of the result that coincides was revoked.
    MatchRevoked:
        "Сертификат по этому результату аннулирован. Обратитесь в лабораторию или на горячую линию.",
        "The certificate for this result was revoked. Contact the laboratory or the help line.";
    /// The certificate of the result that coincides is suspended.
    MatchSuspended:
        "Сертификат по этому результату приостановлен на время болезни. Обратитесь к врачу.",
        "The certificate for this result is suspended while its holder is ill. Contact a doctor.";
    /// Nothing coincides.
    MatchNone:
        "Данные не совпадают с данными лаборатории. Проверьте форму; если всё верно, обратитесь в лабораторию.",
        "The data do not coincide with the laboratory's. Check the form; if all is right, contact the laboratory.";
    /// Nothing coincides, and the applicant may be told where the nearest result differs.
    MatchDiffers:
        "Не совпадает с данными лаборатории: {fields}. Проверьте форму; если всё верно, обратитесь в лабораторию.",
        "These differ from the laboratory's data: {fields}. Check the form; if all is right, contact the laboratory.";
    /// A permit for one day is issued.
    RequestIssued:
        "Пропуск {code} на {date}. Носите с ним документ, указанный в заявке.",
        "Permit {code} for {date}. Carry it with the document that you named.";
    /// A work permit is issued.
    RequestIssuedWork:
        "Пропуск {code} по {date}. Носите с ним документ, указанный в заявке.",
        "Permit {code} until {date}. Carry it with the document that you named.";
    /// The holder is too young to need a permit.
    RequestNotRequired:
        "До {years} лет пропуск не нужен, ехать можно без него.",
        "Under the age of {years} no permit is needed, you can go without one.";
    /// What to do where the corrected message follows.
    RequestNextCorrected:
        "Верный текст в следующем сообщении: перешлите его.",
        "The next message is the corrected text: send it back.";
    /// What to do where it does not.
    RequestNextAgain:
        "Исправьте и отправьте снова.",
        "Correct it and send it again.";
    /// Something other than asterisks between fields.
    RequestSeparator:
        "Между полями ставьте звёздочку *.",
        "Put an asterisk * between the fields.";
    /// No fields are there at all: the form of a message of type 3, which serves for any trip.
    RequestForm:
        "Образец, нужны все звёздочки: {word}*3*вид документа*серия*номер*машина*Тройка*Стрелка*цель*куда.",
        "Sample, with all asterisks: {word}*3*document kind*series*number*plate*Troika*Strelka*purpose*destination.";
    /// More or fewer fields than there should be.
    RequestFields:
        "После слова «Пропуск» нужно 9 полей, перед каждым *; пустые тоже считаются.",
        "Nine fields must follow the word, each after a *; empty ones count too.";
    /// White space beside an asterisk.
    RequestSpaces:
        "{field}: уберите пробелы у звёздочки.",
        "{field}: take out the spaces beside the asterisk.";
    /// Another word than the one that begins a message.
    RequestWord:
        "Начните сообщение со слова «Пропуск».",
        "Begin the message with the word «Пропуск».";
    /// That word in Latin letters.
    RequestWordLatin:
        "Слово «Пропуск» пишется русскими буквами.",
        "The word «Пропуск» is written in Cyrillic letters.";
    /// That word with some Latin letters in it.
    RequestWordMixed:
        "В слове «Пропуск» есть латинские буквы, нужны только русские.",
        "The word «Пропуск» has Latin letters in it; all must be Cyrillic.";
    /// No such type.
    RequestType:
        "Тип пропуска: 1 (работа), 2 (к врачу) или 3 (другое).",
        "Type of permit: 1 (work), 2 (medical) or 3 (other).";
    /// No such kind of document.
    RequestDocType:
        "Вид документа: 1 (паспорт РФ), 2 (иностранный паспорт) или 3 (другой).",
        "Kind of document: 1 (Russian passport), 2 (foreign passport) or 3 (other).";
    /// A field is empty that must not be.
    RequestEmpty:
        "{field}: не заполнено.",
        "{field}: not filled in.";
    /// A text is too long.
    RequestLength:
        "{field}: не больше {limit} знаков.",
        "{field}: at most {limit} characters.";
    /// Not a Russian passport.
    RequestPassport:
        "{field}: у паспорта РФ 4 цифры серии и 6 цифр номера.",
        "{field}: a Russian passport has a series of 4 digits and a number of 6.";
    /// Symbols that no document has.
    RequestSymbol:
        "{field}: только буквы и цифры.",
        "{field}: letters and digits only.";
    /// A document that is too long.
    RequestDocLength:
        "{field}: вместе с серией не больше {limit} знаков.",
        "{field}: at most {limit} symbols together with the series.";
    /// A document of zeros.
    RequestZeros:
        "{field}: одни нули, укажите настоящий документ.",
        "{field}: nothing but zeros, give the real document.";
    /// Not a date of birth.
    RequestDate:
        "{field}: нужна дата ДД.ММ.ГГГГ.",
        "{field}: a date DD.MM.YYYY is needed.";
    /// Not a day of a trip.
    RequestTravelDate:
        "{field}: нужна дата ГГГГ-ММ-ДД.",
        "{field}: a date YYYY-MM-DD is needed.";
    /// Not a number plate.
    RequestPlate:
        "{field}: нужно от 4 до 12 букв и цифр, например А123ВС77.",
        "{field}: 4 to 12 letters and digits are needed, such as A123BC77.";
    /// Not a Troika card.
    RequestTroika:
        "{field}: нужно 10 цифр с карты.",
        "{field}: the 10 digits on the card are needed.";
    /// Not a Strelka card.
    RequestStrelka:
        "{field}: нужно 11 цифр с карты.",
        "{field}: the 11 digits on the card are needed.";
    /// Not an INN or a SNILS.
    RequestInn:
        "{field}: такого номера нет, проверьте цифры.",
        "{field}: there is no such number, check the digits.";
    /// Not a mobile phone.
    RequestPhone:
        "{field}: нужен мобильный номер, +7 и 10 цифр.",
        "{field}: a mobile number is needed, +7 and 10 digits.";
    /// A character that cannot be seen.
    RequestControl:
        "{field}: уберите невидимые знаки.",
        "{field}: take out characters that cannot be seen.";
    /// A digit in a name.
    RequestDigit:
        "{field}: цифр быть не должно.",
        "{field}: there must be no digits.";
    /// Letters of two alphabets in one word of a name.
    RequestMixedScript:
        "{field}: русские и латинские буквы в одном слове.",
        "{field}: Cyrillic and Latin letters in one word.";
    /// A word where nothing should be written.
    RequestPlaceholder:
        "{field}: если его нет, не пишите ничего.",
        "{field}: where there is none, write nothing.";
    /// The day of the trip is over.
    RequestPast:
        "{field}: этот день прошёл.",
        "{field}: this day is over.";
    /// The day of the trip is too far ahead.
    RequestTooFar:
        "{field}: не дальше чем через {limit} дней.",
        "{field}: at most {limit} days ahead.";
    /// Work permits are not issued any more.
    RequestEnded:
        "Рабочие пропуска действовали по {date}. Что нужно теперь: +7 495 777-77-77.",
        "Work permits held until {date}. What is needed now: +7 495 777-77-77.";
    /// All permits of the week are taken.
    RequestQuota:
        "На эту неделю по документу уже выдано: {limit}. Просите на дату с {date}.",
        "Already issued for the document this week: {limit}. Ask for {date} or later.";
    /// A field's name.
    FieldText: "Сообщение", "Message";
    /// A field's name.
    FieldWord: "Слово «Пропуск»", "The word «Пропуск»";
    /// A field's name.
    FieldType: "Тип пропуска", "Type of permit";
    /// A field's name.
    FieldSurname: "Фамилия", "Surname";
    /// A field's name.
    FieldFirstName: "Имя", "First name";
    /// A field's name.
    FieldPatronymic: "Отчество", "Patronymic";
    /// A field's name.
    FieldBirthDate: "Дата рождения", "Date of birth";
    /// A field's name.
    FieldDocType: "Вид документа", "Kind of document";
    /// A field's name.
    FieldDocSeries: "Серия документа", "Series of the document";
    /// A field's name.
    FieldDocNumber: "Номер документа", "Number of the document";
    /// A field's name.
    FieldPlate: "Номер машины", "Number plate";
    /// A field's name.
    FieldTroika: "Карта «Тройка»", "Troika card";
    /// A field's name.
    FieldStrelka: "Карта «Стрелка»", "Strelka card";
    /// A field's name.
    FieldInn: "ИНН", "INN";
    /// A field's name.
    FieldOrganisation: "Организация", "Organisation";
    /// A field's name.
    FieldInstitution: "Медицинское учреждение", "Medical institution";
    /// A field's name.
    FieldPurpose: "Цель поездки", "Purpose";
    /// A field's name.
    FieldDeparture: "Откуда", "Departure";
    /// A field's name.
    FieldDestination: "Куда", "Destination";
    /// A field's name.
    FieldTravelDate: "Дата поездки", "Day of the trip";
    /// A field's name.
    FieldPhone: "Телефон", "Phone";
    /// A field's name.
    FieldDocument: "Документ", "Document";
    /// A field's name.
    FieldSnils: "СНИЛС", "SNILS";
    /// A field's name.
    FieldWorkLicence: "Патент на работу", "Work licence";
}

impl Message {
    /// What the holder of a code is told of a verdict on it.
    #[must_use]
    pub const fn of_verdict(
        verdict: Verdict,
        reason: Option<CodeFault>,
        notice: Option<Notice>,
    ) -> Message {
        match verdict {
            Verdict::Valid => match notice {
                None => Message::VerdictValid,
                Some(Notice::ReplacementDue) => Message::VerdictReplacementDue,
            },
            Verdict::NotYetValid => Message::VerdictNotYetValid,
            Verdict::Expired => Message::VerdictExpired,
            Verdict::Revoked => Message::VerdictRevoked,
            Verdict::Suspended => Message::VerdictSuspended,
            Verdict::ReportedLost => Message::VerdictReportedLost,
            Verdict::Replaced => Message::VerdictReplaced,
            Verdict::ReplacementOverdue => Message::VerdictReplacementOverdue,
            Verdict::HolderMismatch => Message::VerdictHolderMismatch,
            Verdict::Unknown => Message::VerdictUnknown,
            Verdict::Malformed => match reason {
                None | Some(CodeFault::Symbol) => Message::CodeSymbol,
                Some(CodeFault::Empty) => Message::CodeEmpty,
                Some(CodeFault::Host) => Message::CodeHost,
                Some(CodeFault::Url) => Message::CodeUrl,
                Some(CodeFault::Length) => Message::CodeLength,
                Some(CodeFault::NonCanonical) => Message::CodeNonCanonical,
                Some(CodeFault::ExpiryDate) => Message::CodeExpiryDate,
            },
        }
    }

    /// Both texts, each `{name}` in them replaced by its value, in Russian first.
    #[must_use]
    pub fn fill(self, values: &[(&str, &str)]) -> (String, String) {
        let filled = |text: &str| {
            let put = |text: String, (name, value): &(&str, &str)| {
                text.replace(&format!("{{{name}}}"), value)
            };
            values.iter().fold(text.to_owned(), put)
        };
        (filled(self.ru()), filled(self.en()))
    }
}
