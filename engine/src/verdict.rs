//! The words of an answer: kinds, subtypes, verdicts, reasons and notices.

/// Declares an enum whose members have one written name, used in every format.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$member_doc])* $member,)+ }

        impl $name {
            /// Every member, in order.
            pub const ALL: &'static [$name] = &[$($name::$member,)+];

            /// The written name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$member => $word,)+ }
            }

            /// The member of that written name, exactly as written.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$member),)+ _ => None }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What sort of code it is; its shape decides.
    Kind {
        /// A digital travel permit: 16 symbols.
        Permit = "permit",
        /// A QR certificate: a token of 26 symbols, bare or in a URL.
        Certificate = "certificate",
        /// An e-card of a foreign citizen: 9 symbols.
        Card = "card",
    }
}

words! {
    /// The finer sort of a permit or certificate. Cards have none.
    Subtype {
        /// Permit type 1.
        Work = "work",
        /// Permit type 2.
        Medical = "medical",
        /// Permit type 3.
        Other = "other",
        /// A negative PCR test.
        Pcr = "pcr",
        /// A vaccination.
        Vaccination = "vaccination",
        /// A recovery.
        Recovery = "recovery",
    }
}

words! {
    /// The answer to "is this code good, now, for this person?".
    Verdict {
        /// Good.
        Valid = "valid",
        /// Its validity begins later.
        NotYetValid = "not_yet_valid",
        /// Its validity has ended.
        Expired = "expired",
        /// Withdrawn.
        Revoked = "revoked",
        /// Withdrawn for a time: the holder fell ill.
        Suspended = "suspended",
        /// The card was reported lost.
        ReportedLost = "reported_lost",
        /// The card was replaced by another.
        Replaced = "replaced",
        /// A damaged or outdated card was not replaced in time.
        ReplacementOverdue = "replacement_overdue",
        /// What the holder showed is not what the record says.
        HolderMismatch = "holder_mismatch",
        /// Well formed, and this snapshot holds no such code.
        Unknown = "unknown",
        /// Not a code.
        Malformed = "malformed",
    }
}

impl Verdict {
    /// Whether a status, not time, took the code out of use.
    #[must_use]
    pub const fn is_withdrawn(self) -> bool {
        use Verdict as V;
        matches!(
            self,
            V::Revoked | V::Suspended | V::ReportedLost | V::Replaced | V::ReplacementOverdue
        )
    }
}

words! {
    /// Why a text is not a code, in the order in which the reasons win.
    CodeFault {
        /// Nothing but white space.
        Empty = "empty",
        /// A URL of another host than the policy's.
        Host = "host",
        /// A URL of the right host, but not `https://HOST/qr?id=TOKEN`.
        Url = "url",
        /// No kind of code has so many symbols.
        Length = "length",
        /// A symbol, or a place for it, that this kind of code does not have.
        Symbol = "symbol",
        /// More than 128 bits.
        NonCanonical = "non_canonical",
        /// The first four digits name no day of the year.
        ExpiryDate = "expiry_date",
    }
}

words! {
    /// What the holder must do though the code is valid.
    Notice {
        /// The card is to be replaced soon.
        ReplacementDue = "replacement_due",
    }
}

words! {
    /// Who asks, and so what may be disclosed.
    Role {
        /// A turnstile or camera: verdict, kind, subtype and validity.
        Status = "status",
        /// A taxi service: also whether the destination is the permit's.
        Taxi = "taxi",
        /// A venue: also initials, date of birth and the end of the document's number.
        Venue = "venue",
        /// An official: everything that the record holds.
        Official = "official",
    }
}
