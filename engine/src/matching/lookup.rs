//! From a group of forms to the results that coincide with them, one step of all after the other: while
//! one waits for its memory the others are worked on, and their keys are computed together.

use super::form::Form;
use crate::error::StoreError;
use crate::format::{HolderRow, ResultRow, Section};
use crate::key::{Begun, IdentityKeys, shortened};
use crate::map::MappedFile;
use crate::postings::{Postings, Search};
use crate::probe::{LINE_BYTES, prefetch};
use crate::stack::{OpenRegister, Whole};

/// A result that coincides with a form.
pub(super) struct Coincidence {
    /// The place of the form in its group.
    pub(super) form: usize,
    pub(super) at: Whole,
    pub(super) result: ResultRow,
    /// The certificates that name the result.
    pub(super) certificates: Vec<Whole>,
}

/// A section of equal items, and the bytes of one.
pub(super) type Column = (Section, usize);

pub(super) const KEYS: Column = (Section::Keys, 16);
pub(super) const RESULTS: Column = (Section::Rows, size_of::<ResultRow>());
const HOLDERS: Column = (Section::Holders, size_of::<HolderRow>());

/// Looks a group of forms up; what it needs for that is kept from group to group.
pub(super) struct Lookup<'a> {
    results: &'a OpenRegister,
    certificates: Option<&'a OpenRegister>,
    keys: &'a IdentityKeys,
    /// The postings of persons, of each segment of results.
    persons: Vec<OpenPostings<'a>>,
    computed: Vec<u128>,
    fields: Begun<'a>,
    rows: Vec<(usize, Whole)>,
    coincidences: Vec<Coincidence>,
}

impl<'a> Lookup<'a> {
    /// Of a register of results, and the certificates that were issued on them.
    ///
    /// # Errors
    /// Without the secret of identities.
    pub(super) fn new(
        results: &'a OpenRegister,
        certificates: Option<&'a OpenRegister>,
    ) -> Result<Self, StoreError> {
        let keys = results.identity()?;
        let persons = postings(results, Section::PostingsA)?;
        let (computed, fields) = (Vec::new(), Begun::default());
        let (rows, coincidences) = (Vec::new(), Vec::new());
        Ok(Lookup { results, certificates, keys, persons, computed, fields, rows, coincidences })
    }

    /// The keys of identities.
    pub(super) fn keys(&self) -> &'a IdentityKeys {
        self.keys
    }

    /// Begins to search for the results of the persons of forms: `persons` are the fields of their keys,
    /// with the place of each form.
    pub(super) fn begin(
        &mut self,
        places: &[usize],
        persons: &mut Begun<'a>,
        searches: &mut Searches,
    ) {
        persons.keys(&mut self.computed);
        searches.begin(&self.persons, places.iter().copied().zip(self.computed.iter().copied()));
    }

    /// Goes on with every search by what was asked for before.
    pub(super) fn step(&self, searches: &mut Searches) -> Result<(), StoreError> {
        searches.step(&self.persons)
    }

    /// What the searches find, in the order of the forms. Asks for what [`Lookup::compare`] reads.
    pub(super) fn finish(
        &self,
        searches: &mut Searches,
        found: &mut Vec<(usize, Whole)>,
    ) -> Result<(), StoreError> {
        let read_next = [RESULTS, KEYS];
        let read_next = &read_next[..1 + usize::from(self.certificates.is_some())];
        searches.finish(self.results, &self.persons, read_next, found)
    }

    /// The results that coincide with the forms that were compared last, in the order of the forms.
    pub(super) fn coincidences(&self) -> &[Coincidence] {
        &self.coincidences
    }

    /// Compares forms with the results of their persons.
    pub(super) fn compare<F>(
        &mut self,
        forms: &[Result<Form, F>],
        found: &[(usize, Whole)],
    ) -> Result<(), StoreError> {
        self.coincidences.clear();
        self.fields.truncate(0);
        let mut asked = Vec::with_capacity(found.len());
        for (form, at) in found {
            let Ok(read) = &forms[*form] else { continue };
            let result: ResultRow = self.results.item(Section::Rows, *at)?;
            let before = self.fields.len();
            for (purpose, own, stored) in read.on_both(&result) {
                self.fields.begin(self.keys, purpose).field(Some(own));
                asked.push((self.coincidences.len(), stored));
            }
            if self.fields.len() > before {
                let (form, at, certificates) = (*form, *at, Vec::new());
                self.coincidences.push(Coincidence { form, at, result, certificates });
            }
        }
        self.fields.keys(&mut self.computed);
        let mut agree = vec![true; self.coincidences.len()];
        for ((coincidence, stored), key) in asked.iter().zip(&self.computed) {
            agree[*coincidence] &= shortened(*key) == *stored;
        }
        let mut agree = agree.into_iter();
        self.coincidences.retain(|_| agree.next().unwrap_or_default());
        self.name_certificates()
    }

    /// Finds the certificates that name the results.
    fn name_certificates(&mut self) -> Result<(), StoreError> {
        let Some(certificates) = self.certificates else { return Ok(()) };
        self.computed.clear();
        for coincidence in &self.coincidences {
            self.computed.push(self.results.key(coincidence.at)?);
        }
        let keys = self.computed.iter().copied().enumerate();
        let read_next = [KEYS, HOLDERS];
        rows(certificates, Section::PostingsA, keys, &read_next, &mut self.rows)?;
        for (place, at) in &self.rows {
            self.coincidences[*place].certificates.push(*at);
        }
        Ok(())
    }
}

/// A section of postings of an open segment.
type OpenPostings<'a> = Postings<'a, MappedFile>;

/// A section of postings of every segment.
fn postings(
    register: &OpenRegister,
    section: Section,
) -> Result<Vec<OpenPostings<'_>>, StoreError> {
    register.segments().iter().map(|open| Postings::new(&open.segment, section)).collect()
}

/// The whole rows that no newer one hides, under the keys of a section of postings, with the places of
/// the keys: in the order of these. Asks for the columns of theirs that are read next.
pub(super) fn rows(
    register: &OpenRegister,
    section: Section,
    keys: impl Iterator<Item = (usize, u128)> + Clone,
    read_next: &[Column],
    found: &mut Vec<(usize, Whole)>,
) -> Result<(), StoreError> {
    let (postings, mut searches) = (postings(register, section)?, Searches::default());
    searches.begin(&postings, keys);
    searches.finish(register, &postings, read_next, found)
}

/// Searches for many keys in every segment, which go on in turn: each asks for the memory that it reads
/// when its turn comes again.
#[derive(Default)]
pub(super) struct Searches {
    /// With the places of the keys and of the segments.
    all: Vec<(usize, usize, Search)>,
    /// The places of those that have something to read.
    going: Vec<usize>,
}

impl Searches {
    /// Begins them, in the place of those before.
    fn begin(
        &mut self,
        postings: &[OpenPostings<'_>],
        keys: impl Iterator<Item = (usize, u128)> + Clone,
    ) {
        self.all.clear();
        for (segment, postings) in postings.iter().enumerate() {
            for (place, key) in keys.clone() {
                let search = postings.search(key);
                postings.prefetch(&search);
                self.all.push((place, segment, search));
            }
        }
        self.going.clear();
        self.going.extend(0..self.all.len());
    }

    /// A step of each.
    fn step(&mut self, postings: &[OpenPostings<'_>]) -> Result<(), StoreError> {
        let mut kept = 0;
        for at in 0..self.going.len() {
            let (_, segment, search) = &mut self.all[self.going[at]];
            let postings = &postings[*segment];
            let goes_on = postings.step(search)?;
            if goes_on {
                postings.prefetch(search);
            }
            self.going[kept] = self.going[at];
            kept += usize::from(goes_on);
        }
        self.going.truncate(kept);
        Ok(())
    }

    /// Takes the steps that are left. The rows that were found, as [`rows`] gives them.
    fn finish(
        &mut self,
        register: &OpenRegister,
        postings: &[OpenPostings<'_>],
        read_next: &[Column],
        found: &mut Vec<(usize, Whole)>,
    ) -> Result<(), StoreError> {
        while !self.going.is_empty() {
            self.step(postings)?;
        }
        found.clear();
        let segments = register.segments();
        for (place, segment, search) in &self.all {
            postings[*segment].found(search, |row| {
                let (segment, row) = (*segment, row as usize);
                for (section, bytes) in read_next {
                    let (column, from) = (segments[segment].segment.raw(*section), row * bytes);
                    prefetch(column, from);
                    // Each asks for its page too, which takes longer than the rest: none does so twice.
                    if from % LINE_BYTES + bytes > LINE_BYTES {
                        prefetch(column, from + bytes - 1);
                    }
                }
                found.push((*place, Whole { segment, row }));
            })?;
        }
        if segments.len() > 1 {
            retain_newest(register, found)?;
            found.sort_unstable();
        }
        Ok(())
    }
}

/// Keeps the rows that no newer one hides.
fn retain_newest(
    register: &OpenRegister,
    found: &mut Vec<(usize, Whole)>,
) -> Result<(), StoreError> {
    let mut hidden = Ok(());
    found.retain(|(_, at)| {
        let is_newest =
            || -> Result<bool, StoreError> { Ok(register.whole(register.key(*at)?)? == Some(*at)) };
        match is_newest() {
            Ok(is_newest) => is_newest,
            Err(error) => {
                hidden = Err(error);
                false
            }
        }
    });
    hidden
}
