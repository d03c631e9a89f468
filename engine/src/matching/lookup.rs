//! From a group of forms to the results that coincide with them, one step of all after the other: while
//! one waits for its memory the others are worked on, and their keys are computed together.

use super::GROUP;
use super::form::Form;
use crate::error::StoreError;
use crate::format::{HolderRow, ResultRow, Section};
use crate::key::{Begun, IdentityKeys, shortened};
use crate::postings::{Postings, Search};
use crate::probe::prefetch;
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
        let (computed, fields) = (Vec::new(), Begun::default());
        let (rows, coincidences) = (Vec::new(), Vec::new());
        Ok(Lookup { results, certificates, keys, computed, fields, rows, coincidences })
    }

    /// The keys of identities.
    pub(super) fn keys(&self) -> &'a IdentityKeys {
        self.keys
    }

    /// The results that coincide with the forms, in the order of the forms: `persons` are the fields of
    /// their persons' keys, with the place of each form.
    pub(super) fn coincidences<F>(
        &mut self,
        forms: &[Result<Form, F>],
        places: &[usize],
        persons: &mut Begun<'a>,
    ) -> Result<&[Coincidence], StoreError> {
        persons.keys(&mut self.computed);
        let keys = places.iter().copied().zip(self.computed.iter().copied());
        let read_next = [RESULTS, KEYS];
        let read_next = &read_next[..1 + usize::from(self.certificates.is_some())];
        rows(self.results, Section::PostingsA, keys, read_next, &mut self.rows)?;
        self.coincidences.clear();
        self.fields.truncate(0);
        let mut asked = Vec::with_capacity(self.rows.len());
        for (form, at) in &self.rows {
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
        self.name_certificates()?;
        Ok(&self.coincidences)
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

/// The whole rows that no newer one hides, under the keys of a section of postings, with the places of
/// the keys: in the order of these. Asks for the columns of theirs that are read next.
pub(super) fn rows(
    register: &OpenRegister,
    section: Section,
    keys: impl Iterator<Item = (usize, u128)> + Clone,
    read_next: &[Column],
    found: &mut Vec<(usize, Whole)>,
) -> Result<(), StoreError> {
    found.clear();
    let segments = register.segments();
    let (mut searches, mut going) = (Vec::with_capacity(GROUP), Vec::with_capacity(GROUP));
    for (segment, open) in segments.iter().enumerate() {
        let postings = Postings::new(&open.segment, section)?;
        searches.clear();
        going.clear();
        for (place, key) in keys.clone() {
            let search = postings.search(key);
            postings.prefetch(&search);
            going.push(searches.len());
            searches.push((place, search));
        }
        while !going.is_empty() {
            let mut kept = 0;
            for at in 0..going.len() {
                let search: &mut Search = &mut searches[going[at]].1;
                let goes_on = postings.step(search)?;
                postings.prefetch(search);
                going[kept] = going[at];
                kept += usize::from(goes_on);
            }
            going.truncate(kept);
        }
        for (place, search) in &searches {
            postings.found(search, |row| {
                let row = row as usize;
                for (section, bytes) in read_next {
                    let (column, from) = (open.segment.raw(*section), row * bytes);
                    prefetch(column, from);
                    prefetch(column, from + bytes - 1);
                }
                found.push((*place, Whole { segment, row }));
            })?;
        }
    }
    if segments.len() > 1 {
        let mut hidden = Ok(());
        found.retain(|(_, at)| {
            let is_newest = || -> Result<bool, StoreError> {
                Ok(register.whole(register.key(*at)?)? == Some(*at))
            };
            match is_newest() {
                Ok(is_newest) => is_newest,
                Err(error) => {
                    hidden = Err(error);
                    false
                }
            }
        });
        hidden?;
        found.sort_unstable();
    }
    Ok(())
}
