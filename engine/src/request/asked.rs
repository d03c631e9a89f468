//! What an applicant asks for, field by field as it was written.

use crate::verdict::{Subtype, words};

words! {
    /// What a mistake can stand in. The columns of `permits` have their names.
    Field {
        /// The message as a whole.
        Text = "text",
        /// The word that a message begins with.
        Word = "word",
        /// The type of the permit.
        Type = "type",
        /// The holder's surname.
        Surname = "surname",
        /// The holder's first name.
        FirstName = "first_name",
        /// The holder's patronymic.
        Patronymic = "patronymic",
        /// The holder's date of birth.
        BirthDate = "birth_date",
        /// The kind of document.
        DocType = "doc_type",
        /// The document's series.
        DocSeries = "doc_series",
        /// The document's number.
        DocNumber = "doc_number",
        /// The number plate of a vehicle.
        Plate = "plate",
        /// A Troika card.
        Troika = "troika",
        /// A Strelka card.
        Strelka = "strelka",
        /// The employer's INN.
        Inn = "inn",
        /// The employer.
        Organisation = "organisation",
        /// The medical institution.
        Institution = "institution",
        /// What the trip is for.
        Purpose = "purpose",
        /// Where the trip begins.
        Departure = "departure",
        /// Where it leads.
        Destination = "destination",
        /// The day of the trip.
        TravelDate = "travel_date",
        /// The applicant's phone.
        Phone = "phone",
    }
}

/// The fields of a message of each type, after the word.
pub(crate) static LAYOUTS: [[Field; 9]; 3] = [
    [
        Field::Type,
        Field::DocType,
        Field::DocSeries,
        Field::DocNumber,
        Field::Plate,
        Field::Troika,
        Field::Strelka,
        Field::Inn,
        Field::Organisation,
    ],
    [
        Field::Type,
        Field::DocType,
        Field::DocSeries,
        Field::DocNumber,
        Field::BirthDate,
        Field::Plate,
        Field::Troika,
        Field::Strelka,
        Field::Institution,
    ],
    [
        Field::Type,
        Field::DocType,
        Field::DocSeries,
        Field::DocNumber,
        Field::Plate,
        Field::Troika,
        Field::Strelka,
        Field::Purpose,
        Field::Destination,
    ],
];

/// The fields of a form, in the order in which they are checked.
pub(crate) const FORM: &[Field] = &[
    Field::Type,
    Field::Surname,
    Field::FirstName,
    Field::Patronymic,
    Field::BirthDate,
    Field::DocType,
    Field::DocSeries,
    Field::DocNumber,
    Field::Plate,
    Field::Troika,
    Field::Strelka,
    Field::Inn,
    Field::Organisation,
    Field::Institution,
    Field::Purpose,
    Field::Departure,
    Field::Destination,
    Field::TravelDate,
    Field::Phone,
];

/// What is asked for. What is absent is the empty text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    values: [&'a str; Field::ALL.len()],
}

impl<'a> Asked<'a> {
    /// A form with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Asked::default()
    }

    /// Fills in a field.
    pub fn set(&mut self, field: Field, value: &'a str) {
        self.values[field as usize] = value;
    }

    /// The text of a field.
    #[must_use]
    pub fn value(&self, field: Field) -> &'a str {
        self.values[field as usize]
    }

    /// The type that is asked for, if it is one.
    pub(crate) fn subtype(&self) -> Option<Subtype> {
        subtype(self.value(Field::Type))
    }
}

/// The type of permit that a digit asks for.
pub(crate) fn subtype(text: &str) -> Option<Subtype> {
    match text {
        "1" => Some(Subtype::Work),
        "2" => Some(Subtype::Medical),
        "3" => Some(Subtype::Other),
        _ => None,
    }
}

/// The layout of the messages of a type.
pub(crate) fn layout(subtype: Subtype) -> &'static [Field; 9] {
    match subtype {
        Subtype::Work => &LAYOUTS[0],
        Subtype::Medical => &LAYOUTS[1],
        _ => &LAYOUTS[2],
    }
}
