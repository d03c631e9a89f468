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
    /// A field of a registration cannot be read.
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
    /// Nothing coincides.
    MatchNone:
        "Данные не совпадают с данными лаборатории. Проверьте форму; если всё верно, обратитесь в лабораторию.",
        "The data do not coincide with the laboratory's. Check the form; if all is right, contact the laboratory.";
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
