//! From a group of forms to the results that coincide with them, one step of all after the other: while
//! one waits for its memory the others are worked on, and their keys are computed together.

use super::GROUP;
use super::form::Form;
use crate::error::StoreError;
use crate::format::{ResultRow, Section};
use crate::key::{Fields, IdentityKeys, keys_of, shortened};
use crate::postings::{Postings, Search};
use crate::probe::prefetch;
use crate::stack::{OpenRegister, Whole};

/// A result that coincides with a form: the place of the form in its group, and the result.
pub(super) struct Coincidence {
    pub(super) form: usize,
    pub(super) at: Whole,
    pub(super) result: ResultRow,
}

/// Looks a group of forms up; what it needs for that is kept from group to group.
pub(super) struct Lookup<'a> {
    results: &'a OpenRegister,
    keys: &'a IdentityKeys,
    computed: Vec<u128>,
    rows: Vec<(usize, Whole)>,
    coincidences: Vec<Coincidence>,
}

impl<'a> Lookup<'a> {
    /// Of a register of results.
    ///
    /// # Errors
    /// Without the secret of identities.
    pub(super) fn new(results: &'a OpenRegister) -> Result<Self, StoreError> {
        let (computed, rows, coincidences) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Lookup { results, keys: results.identity()?, computed, rows, coincidences })
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
        persons: &mut [Fields<'a>],
    ) -> Result<&[Coincidence], StoreError> {
        keys_of(persons, &mut self.computed);
        let keys = places.iter().copied().zip(self.computed.iter().copied());
        rows(self.results, keys, &mut self.rows)?;
        self.coincidences.clear();
        let (mut asked, mut fields) =
            (Vec::with_capacity(self.rows.len()), Vec::with_capacity(self.rows.len()));
        for (form, at) in &self.rows {
            let Ok(read) = &forms[*form] else { continue };
            let result: ResultRow = self.results.item(Section::Rows, *at)?;
            let before = fields.len();
            for (purpose, own, stored) in read.on_both(&result) {
                fields.push(self.keys.begin_field(purpose, own));
                asked.push((self.coincidences.len(), stored));
            }
            if fields.len() > before {
                self.coincidences.push(Coincidence { form: *form, at: *at, result });
            }
        }
        keys_of(&mut fields, &mut self.computed);
        let mut agree = vec![true; self.coincidences.len()];
        for ((coincidence, stored), key) in asked.iter().zip(&self.computed) {
            agree[*coincidence] &= shortened(*key) == *stored;
        }
        let mut agree = agree.into_iter();
        self.coincidences.retain(|_| agree.next().unwrap_or_default());
        Ok(&self.coincidences)
    }
}

/// The whole rows that no newer one hides, under the persons' keys, with the places of the keys: in the
/// order of these.
fn rows(
    results: &OpenRegister,
    keys: impl Iterator<Item = (usize, u128)> + Clone,
    found: &mut Vec<(usize, Whole)>,
) -> Result<(), StoreError> {
    found.clear();
    let segments = results.segments();
    let (mut searches, mut going) = (Vec::with_capacity(GROUP), Vec::with_capacity(GROUP));
    for (segment, open) in segments.iter().enumerate() {
        let postings = Postings::new(&open.segment, Section::PostingsA)?;
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
                let from = row * size_of::<ResultRow>();
                let rows = open.segment.raw(Section::Rows);
                prefetch(rows, from);
                prefetch(rows, from + size_of::<ResultRow>() - 1);
                found.push((*place, Whole { segment, row }));
            })?;
        }
    }
    if segments.len() > 1 {
        let mut hidden = Ok(());
        found.retain(|(_, at)| {
            let is_newest = || -> Result<bool, StoreError> {
                let key = segments[at.segment].segment.key(at.row)?;
                Ok(results.whole(key)? == Some(*at))
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
