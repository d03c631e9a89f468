//! The words of the registers: their names, statuses and kinds.

use crate::verdict::words;

words! {
    /// A table that Propusk loads.
    Register {
        /// Laboratories and clinics, and when they were connected.
        Sources = "sources",
        /// Test results, vaccinations and recoveries.
        Results = "results",
        /// Certificates that were issued.
        Certificates = "certificates",
        /// Digital travel permits.
        Permits = "permits",
        /// E-cards of foreign citizens.
        Cards = "cards",
    }
}

words! {
    /// Registers that share secrets, and are destroyed together.
    Group {
        /// Results and certificates (with the sources that they name).
        Medical = "medical",
        /// Permits.
        Permits = "permits",
        /// Cards.
        Cards = "cards",
    }
}

impl Register {
    /// The group whose secrets protect this register.
    #[must_use]
    pub const fn group(self) -> Group {
        match self {
            Register::Sources | Register::Results | Register::Certificates => Group::Medical,
            Register::Permits => Group::Permits,
            Register::Cards => Group::Cards,
        }
    }
}

words! {
    /// What a source is.
    SourceKind {
        /// A laboratory.
        Laboratory = "laboratory",
        /// A clinic.
        Clinic = "clinic",
    }
}

words! {
    /// What a result or a certificate is about.
    ResultKind {
        /// A PCR test.
        Pcr = "pcr",
        /// A vaccination.
        Vaccination = "vaccination",
        /// A recovery.
        Recovery = "recovery",
    }
}

words! {
    /// How a PCR test ended.
    TestOutcome {
        /// No virus found.
        Negative = "negative",
        /// Virus found.
        Positive = "positive",
        /// Neither.
        Inconclusive = "inconclusive",
    }
}

words! {
    /// The status of a record, of any register.
    Status {
        /// In use.
        Active = "active",
        /// A result that was taken back.
        Withdrawn = "withdrawn",
        /// A certificate whose holder fell ill.
        Suspended = "suspended",
        /// A certificate or permit that was taken back.
        Revoked = "revoked",
        /// A card reported lost.
        Lost = "lost",
        /// A card reported damaged.
        Damaged = "damaged",
        /// A card whose details are no longer the holder's.
        DetailsChanged = "details_changed",
        /// A card that another replaced.
        Replaced = "replaced",
    }
}

words! {
    /// Who issued a permit; both hold in Moscow and in the region.
    Issuer {
        /// The city of Moscow.
        Moscow = "moscow",
        /// The Moscow Region.
        Region = "region",
    }
}
