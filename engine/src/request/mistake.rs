//! What can be wrong with a request, and how an applicant is told.

use crate::message::Message;
use crate::request::asked::Field;
use crate::verdict::words;

words! {
    /// Why a request is refused.
    Reason {
        /// Nothing is written where something is needed.
        Empty = "empty",
        /// Something else than an asterisk stands between the fields.
        Separator = "separator",
        /// There are more or fewer fields than nine after the word.
        Fields = "fields",
        /// White space beside an asterisk.
        Spaces = "spaces",
        /// The word in Latin letters.
        Latin = "latin",
        /// Letters of two alphabets in one word.
        MixedScript = "mixed_script",
        /// None of the words that may stand there.
        Word = "word",
        /// Not the four and six digits of a Russian passport.
        Passport = "passport",
        /// A symbol that no document has.
        Symbol = "symbol",
        /// Longer than it may be.
        Length = "length",
        /// Nothing but zeros.
        Zeros = "zeros",
        /// Not a date of birth, or not a date.
        Date = "date",
        /// Not a number plate.
        Plate = "plate",
        /// Not the number of a Troika card.
        Troika = "troika",
        /// Not the number of a Strelka card.
        Strelka = "strelka",
        /// Not an INN.
        Inn = "inn",
        /// Not the number of a mobile phone.
        Phone = "phone",
        /// A character that cannot be seen.
        Control = "control",
        /// A digit in a name.
        Digit = "digit",
        /// A word that says that there is nothing.
        Placeholder = "placeholder",
        /// A day that is over.
        Past = "past",
        /// A day that is too far ahead.
        TooFar = "too_far",
        /// Permits of this type are not issued any more.
        Ended = "ended",
        /// No more permits of this type in this week.
        Quota = "quota",
    }
}

/// What is wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field.
    pub field: Field,
    /// What is wrong with it.
    pub reason: Reason,
}

/// A mistake in a field, as an error.
pub(crate) fn mistake<T>(field: Field, reason: Reason) -> Result<T, Mistake> {
    Err(Mistake { field, reason })
}

impl Mistake {
    /// What is told of it.
    pub(crate) fn message(self) -> Message {
        match (self.field, self.reason) {
            (Field::Word, Reason::Latin) => Message::RequestWordLatin,
            (Field::Word, Reason::MixedScript) => Message::RequestWordMixed,
            (Field::Word, Reason::Empty | Reason::Word) => Message::RequestWord,
            (Field::Type, Reason::Word | Reason::Empty) => Message::RequestType,
            (Field::DocType, Reason::Word | Reason::Empty) => Message::RequestDocType,
            (Field::TravelDate, Reason::Date) => Message::RequestTravelDate,
            (Field::DocSeries | Field::DocNumber, Reason::Length) => Message::RequestDocLength,
            (_, Reason::Empty) => Message::RequestEmpty,
            (_, Reason::Separator) => Message::RequestSeparator,
            (_, Reason::Fields) => Message::RequestFields,
            (_, Reason::Spaces) => Message::RequestSpaces,
            (_, Reason::Latin | Reason::MixedScript) => Message::RequestMixedScript,
            (_, Reason::Word) => Message::RequestWord,
            (_, Reason::Passport) => Message::RequestPassport,
            (_, Reason::Symbol) => Message::RequestSymbol,
            (_, Reason::Length) => Message::RequestLength,
            (_, Reason::Zeros) => Message::RequestZeros,
            (_, Reason::Date) => Message::RequestDate,
            (_, Reason::Plate) => Message::RequestPlate,
            (_, Reason::Troika) => Message::RequestTroika,
            (_, Reason::Strelka) => Message::RequestStrelka,
            (_, Reason::Inn) => Message::RequestInn,
            (_, Reason::Phone) => Message::RequestPhone,
            (_, Reason::Control) => Message::RequestControl,
            (_, Reason::Digit) => Message::RequestDigit,
            (_, Reason::Placeholder) => Message::RequestPlaceholder,
            (_, Reason::Past) => Message::RequestPast,
            (_, Reason::TooFar) => Message::RequestTooFar,
            (_, Reason::Ended) => Message::RequestEnded,
            (_, Reason::Quota) => Message::RequestQuota,
        }
    }
}

impl Field {
    /// How a field is called to applicants.
    pub(crate) fn label(self) -> Message {
        match self {
            Field::Text => Message::FieldText,
            Field::Word => Message::FieldWord,
            Field::Type => Message::FieldType,
            Field::Surname => Message::FieldSurname,
            Field::FirstName => Message::FieldFirstName,
            Field::Patronymic => Message::FieldPatronymic,
            Field::BirthDate => Message::FieldBirthDate,
            Field::DocType => Message::FieldDocType,
            Field::DocSeries => Message::FieldDocSeries,
            Field::DocNumber => Message::FieldDocNumber,
            Field::Plate => Message::FieldPlate,
            Field::Troika => Message::FieldTroika,
            Field::Strelka => Message::FieldStrelka,
            Field::Inn => Message::FieldInn,
            Field::Organisation => Message::FieldOrganisation,
            Field::Institution => Message::FieldInstitution,
            Field::Purpose => Message::FieldPurpose,
            Field::Departure => Message::FieldDeparture,
            Field::Destination => Message::FieldDestination,
            Field::TravelDate => Message::FieldTravelDate,
            Field::Phone => Message::FieldPhone,
        }
    }
}
