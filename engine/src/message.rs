//! What holders and applicants are told, in Russian and in English: one catalogue.

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
        "Срок действия результата истёк. Сдайте тест ещё раз.",
        "The result is no longer valid. Take the test again.";
    /// Nothing coincides.
    MatchNone:
        "Данные не совпадают с данными лаборатории. Проверьте форму; если всё верно, обратитесь в лабораторию.",
        "The data do not coincide with the laboratory's. Check the form; if all is right, contact the laboratory.";
}

impl Message {
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
