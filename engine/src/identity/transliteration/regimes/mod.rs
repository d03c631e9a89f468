//! The tables, one file a family, each with the publication that it was taken from.

mod bgn_pcgn;
mod icao;
mod iso_9;
mod mvd_310;
mod mvd_782;

use super::Regime;
use super::letters::Table;

/// The table of a regime; none for the two that are about Latin letters alone.
pub(super) fn table(regime: Regime) -> Option<&'static Table> {
    Some(match regime {
        Regime::WithoutDiacritics | Regime::Icao9303Latin => return None,
        Regime::Icao9303 => &icao::ICAO_9303,
        Regime::GostR52535 => &icao::GOST_R_52535,
        Regime::Mvd310 => &mvd_310::ENGLISH,
        Regime::Mvd782 => &mvd_782::TABLE,
        Regime::BgnPcgn => &bgn_pcgn::TABLE,
        Regime::Iso9 => &iso_9::SYSTEM_A,
        Regime::Iso9Bare => &iso_9::SYSTEM_A_BARE,
        Regime::Gost779B => &iso_9::SYSTEM_B,
        Regime::Mvd310French => &mvd_310::FRENCH,
    })
}
