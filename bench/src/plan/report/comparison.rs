//! Two plans on one page.

use crate::plan::Plan;
use crate::plan::compare::{compare, differences};
use crate::plan::report::html::{Page, Table};
use crate::plan::report::tables::decimal;

/// The page of two plans, beside each other; the names tell which is which.
#[must_use]
pub fn comparison(a: (&str, &Plan), b: (&str, &Plan)) -> String {
    let mut page = Page::new("Two capacity plans");
    for (letter, (name, plan)) in [("A", a), ("B", b)] {
        let (program, machine) = (&plan.program, &plan.machine.processor);
        let when = &plan.measured_at;
        page.text(&format!("{letter}: {name}, measured {when} by propusk {program} on {machine}."));
        page.lead(&plan.answer.verdict, plan.answer.machines.is_some());
    }
    let differing = differences(a.1, b.1);
    if !differing.is_empty() {
        page.heading("They were asked differently");
        page.list(&differing.iter().map(String::as_str).collect::<Vec<_>>());
    }
    page.heading("Figures");
    let mut table = Table::new("Figure by figure", &["figure", "A", "B", "B ÷ A", "unit"]);
    for figure in compare(a.1, b.1) {
        let ratio = figure.ratio.map_or(String::new(), |ratio| format!("{ratio:.3}"));
        let name = figure.figure.replace('_', " ");
        table.row(&[&name, &decimal(figure.a), &decimal(figure.b), &ratio, figure.unit]);
    }
    page.table(&table);
    page.finish()
}
