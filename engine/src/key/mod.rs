//! Keys of codes and identities: keyed functions that show nothing of what they hide.

mod cipher;
mod lanes;
mod mac;
#[cfg(target_arch = "x86_64")]
mod rounds;
#[cfg(target_arch = "x86_64")]
mod two;

pub use cipher::CodeCipher;

pub(crate) use mac::Message as Fields;

use core::hint::black_box;

use zeroize::Zeroizing;

use crate::secret::Secret;

/// What an identity key is for; keys for different purposes never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A result's `result_id`.
    ResultId,
    /// Surname, first name, patronymic, birth date and phone.
    Person,
    /// Phone and birth date.
    PhoneAndBirth,
    /// Surname, first name, patronymic and birth date.
    NamesAndBirth,
    /// A document.
    Document,
    /// A SNILS.
    Snils,
    /// A work licence.
    Licence,
    /// A surname.
    Surname,
    /// A first name.
    FirstName,
    /// A patronymic.
    Patronymic,
    /// A date of birth.
    BirthDate,
    /// A number plate.
    Plate,
    /// A Troika card.
    Troika,
    /// A Strelka card.
    Strelka,
    /// A phone that is sent codes, and with no field the book of them.
    ChallengedPhone,
    /// A code that was sent to a phone at an instant.
    ChallengeCode,
    /// A document and the Monday of a calendar week.
    DocumentAndWeek,
    /// All that is asked for in a request.
    Request,
    /// What a certificate stands on; a token.
    Token,
}

/// Identity keys of one register group: HMAC-SHA-256 cut to 128 bits.
#[derive(Clone)]
pub struct IdentityKeys(mac::Key);

impl IdentityKeys {
    /// The keys under a group's identity secret.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        let mut derived = Zeroizing::new([0; 32]);
        secret.derive_into(b"", "propusk 1 identity", &mut *derived);
        IdentityKeys(mac::Key::new(&derived))
    }

    /// The keys that become tokens of certificates. They take both secrets: who has but one of them
    /// tells no token of what it stands on.
    #[must_use]
    pub fn of_tokens(code: &Secret, identity: &Secret) -> Self {
        let (mut salt, mut derived) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        code.derive_into(b"", "propusk 1 token salt", &mut *salt);
        identity.derive_into(&*salt, "propusk 1 token", &mut *derived);
        IdentityKeys(mac::Key::new(&derived))
    }

    /// The key of canonical fields for one purpose. Each field stands behind its length, and an
    /// absent one is told from an empty one, so that no two lists of fields read the same.
    #[must_use]
    pub fn key(&self, purpose: Purpose, fields: &[Option<&str>]) -> u128 {
        self.message(purpose, fields).key()
    }

    /// The same, whole: for what [`IdentityKeys::verifies`] compares.
    #[must_use]
    pub fn tag(&self, purpose: Purpose, fields: &[Option<&str>]) -> [u8; 32] {
        self.message(purpose, fields).finish()
    }

    /// Whether the tag is that of these fields. The time it takes does not tell where it differs.
    #[must_use]
    pub fn verifies(&self, purpose: Purpose, fields: &[Option<&str>], tag: &[u8; 32]) -> bool {
        let own = self.tag(purpose, fields);
        let bits = own.iter().zip(tag).fold(0, |bits, (one, other)| bits | (one ^ other));
        // Nothing may be concluded of the bits before all of them are there.
        black_box(bits) == 0
    }

    fn message(&self, purpose: Purpose, fields: &[Option<&str>]) -> Fields<'_> {
        let mut message = self.begin(purpose);
        fields.iter().for_each(|field| message.field(field.map(str::as_bytes)));
        message
    }

    /// Begins a key whose fields come one by one.
    #[inline]
    pub(crate) fn begin(&self, purpose: Purpose) -> Fields<'_> {
        let mut fields = self.0.begin();
        fields.push_few(&[purpose as u8]);
        fields
    }

    /// The key of one field, cut to 64 bits for a column that compares; 0 means absent.
    #[must_use]
    pub fn short(&self, purpose: Purpose, field: Option<&str>) -> u64 {
        field.map_or(0, |field| shortened(self.key(purpose, &[Some(field)])))
    }

    /// The same cut to 24 bits, for fields that are compared beside a document: something else passes
    /// for the record's once in 17 million times, and only whoever has the secret can look for it.
    #[must_use]
    pub fn brief(&self, purpose: Purpose, field: Option<&str>) -> [u8; 3] {
        let short = self.short(purpose, field);
        let cut = if short == 0 { 0 } else { (short & 0xff_ffff).max(1) };
        let [low, middle, high, ..] = cut.to_le_bytes();
        [low, middle, high]
    }
}

/// A key of one field, cut to 64 bits for a column that compares.
#[inline]
pub(crate) const fn shortened(key: u128) -> u64 {
    let cut = key as u64;
    if cut == 0 { 1 } else { cut }
}

/// Keys that are begun one after the other and computed together, in memory that is used again and
/// again: what one of them needs is not little, and moving it would take as long as filling it.
#[derive(Default)]
pub(crate) struct Begun<'k> {
    fields: Vec<Fields<'k>>,
    len: usize,
}

impl<'k> Begun<'k> {
    /// How many were begun.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Forgets all but the first so many.
    #[inline]
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Begins one more.
    #[inline]
    pub(crate) fn begin(&mut self, keys: &'k IdentityKeys, purpose: Purpose) -> &mut Fields<'k> {
        let place = self.len;
        self.len += 1;
        if place == self.fields.len() {
            self.fields.push(keys.0.begin());
        }
        let fields = &mut self.fields[place];
        fields.begin_anew(&keys.0);
        fields.push_few(&[purpose as u8]);
        fields
    }

    /// The keys, in their order; all are at their ends with it.
    pub(crate) fn keys(&mut self, keys: &mut Vec<u128>) {
        keys.clear();
        let fields = &mut self.fields[..self.len];
        mac::finish_all(fields, |hash| keys.push(u128::from_le_bytes(hash)));
    }
}

impl Fields<'_> {
    /// One field more.
    #[inline]
    pub(crate) fn field(&mut self, field: Option<&[u8]>) {
        match field {
            None => self.push_few(&u32::MAX.to_le_bytes()),
            Some(field) => {
                self.push_few(&(field.len() as u32).to_le_bytes());
                self.push(field);
            }
        }
    }

    /// One field more, whose length is known when this is compiled.
    #[inline]
    pub(crate) fn short_field<const N: usize>(&mut self, field: &[u8; N]) {
        self.push_few(&(N as u32).to_le_bytes());
        self.push_few(field);
    }

    /// The key.
    #[inline]
    pub(crate) fn key(mut self) -> u128 {
        let mut cut = [0; 16];
        cut.copy_from_slice(&self.finish()[..16]);
        u128::from_le_bytes(cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_wiped_when_dropped() {
        fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<Secret>();
        wiped::<mac::Key>();
    }

    /// What stores hold is found by these very bytes, whatever computes them.
    #[test]
    fn keys_are_hmacs_of_fields_behind_their_lengths() {
        let secret = Secret::new([9; 32]);
        let mut derived = [0; 32];
        secret.derive_into(b"", "propusk 1 identity", &mut derived);
        let reference = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &derived);
        let keys = IdentityKeys::new(&secret);
        for length in [0, 1, 40, 50, 51, 52, 60, 100, 115, 116, 117, 200, 300, 5_000] {
            let long = "Я".repeat(length);
            let fields = [Some(long.as_str()), None, Some(""), Some("1990-01-01")];
            let mut message = vec![Purpose::Person as u8];
            for field in fields {
                let bytes = field.map_or(u32::MAX, |field| field.len() as u32).to_le_bytes();
                message.extend_from_slice(&bytes);
                message.extend_from_slice(field.unwrap_or_default().as_bytes());
            }
            let tag = ring::hmac::sign(&reference, &message);
            let cut: [u8; 16] = tag.as_ref()[..16].try_into().expect("16 bytes");
            let key = keys.key(Purpose::Person, &fields);
            assert_eq!(key, u128::from_le_bytes(cut), "{length}");
            let key = keys.key(Purpose::Snils, &[Some(long.as_str())]);
            let (mut begun, mut computed) = (Begun::default(), Vec::new());
            for _ in 0..2 {
                begun.truncate(0);
                begun.begin(&keys, Purpose::Snils).field(Some(long.as_bytes()));
                begun.keys(&mut computed);
                assert_eq!(computed, [key]);
            }
            assert_eq!(keys.short(Purpose::Snils, Some(&long)), (key as u64).max(1));
        }
    }

    #[test]
    fn fields_and_purposes_do_not_run_into_each_other() {
        let keys = IdentityKeys::new(&Secret::new([9; 32]));
        let key = |fields: &[Option<&str>]| keys.key(Purpose::Person, fields);
        assert_ne!(key(&[Some("AB"), Some("C")]), key(&[Some("A"), Some("BC")]));
        assert_ne!(key(&[Some("A"), None]), key(&[Some("A"), Some("")]));
        assert_ne!(
            keys.key(Purpose::Surname, &[Some("A")]),
            keys.key(Purpose::FirstName, &[Some("A")])
        );
    }

    #[test]
    fn a_tag_is_that_of_its_fields_alone() {
        let keys = IdentityKeys::new(&Secret::new([9; 32]));
        let fields = [Some("9160000000"), Some("1"), Some("123456")];
        let tag = keys.tag(Purpose::ChallengeCode, &fields);
        assert!(keys.verifies(Purpose::ChallengeCode, &fields, &tag));
        assert!(!keys.verifies(Purpose::ChallengedPhone, &fields, &tag));
        assert!(!keys.verifies(Purpose::ChallengeCode, &fields[..2], &tag));
        for byte in 0..32 {
            let mut other = tag;
            other[byte] ^= 1;
            assert!(!keys.verifies(Purpose::ChallengeCode, &fields, &other), "{byte}");
        }
        assert_eq!(
            keys.key(Purpose::ChallengeCode, &fields),
            u128::from_le_bytes(tag[..16].try_into().unwrap())
        );
    }

    /// The first byte of every message: another order would change every key of every store.
    #[test]
    fn purposes_keep_their_bytes() {
        let purposes = [Purpose::ResultId as u8, Purpose::Strelka as u8];
        assert_eq!(purposes, [0, 13]);
        assert_eq!([Purpose::ChallengedPhone as u8, Purpose::ChallengeCode as u8], [14, 15]);
    }
}
