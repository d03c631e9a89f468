//! A plan as one page that needs nothing beside it: no script, no other file.

mod charts;
mod comparison;
mod html;
mod plot;
mod tables;

pub use comparison::comparison;

use crate::plan::Plan;
use crate::plan::answer::grouped;
use html::{Page, escaped};

impl Plan {
    /// The page.
    #[must_use]
    pub fn page(&self) -> String {
        let mut page = Page::new("Capacity plan");
        page.lead(&self.answer.verdict, self.answer.machines.is_some());
        let model = format!(
            "Measured {} by propusk {} on {} ({} cores). The model told {:+.1} % at a point that \
             it was not fitted on.",
            self.measured_at,
            self.program,
            self.machine.processor,
            self.machine.cores,
            self.model.error * 100.0
        );
        page.text(&model);
        if self.answer.disturbed_loads > 0 {
            page.text(&format!(
                "{} below the capacity did not keep to the objective: something else held the \
                 machine up. Plan again when it is quiet.",
                count(self.answer.disturbed_loads, "load")
            ));
        }
        page.columns(&[&self.asked_table(), &self.needed_table()]);
        self.write_speed(&mut page);
        self.write_latency(&mut page);
        self.write_updates(&mut page);
        self.write_store(&mut page);
        self.write_model(&mut page);
        self.write_machine(&mut page);
        page.heading("What the figures leave out");
        page.list(LIMITS);
        page.finish()
    }

    fn write_speed(&self, page: &mut Page) {
        page.heading("Speed");
        let records = grouped(self.holdings.records as f64);
        page.text(&format!(
            "Text in, verdict out, {records} records, as fast as threads can ask. Crosses are what \
             the model tells."
        ));
        page.figure(
            &self.batches_chart(),
            "One thread: nanoseconds a look-up, by codes in a call. The band holds eight of ten \
             rounds.",
        );
        page.columns(&[&self.batches_table(), &self.threads_table()]);
    }

    fn write_latency(&self, page: &mut Page) {
        page.heading("Latency");
        page.text(&format!(
            "Calls of {} codes came at random moments (a Poisson process on each of {} threads), \
             whether or not the ones before were done; a latency runs from the moment at which the \
             call was due until its last verdict.",
            grouped(self.workload.batch as f64),
            self.workload.threads
        ));
        page.figure(
            &self.latency_chart(),
            "Microseconds a call, by look-ups a second that were due. Dashed: the objective.",
        );
        page.table(&self.latency_table());
    }

    fn write_updates(&self, page: &mut Page) {
        let Some(table) = self.updates_table() else { return };
        page.heading("Updates");
        page.text(
            "Changes of status went on at the rate asked for, merges included, while all threads \
             asked. A change is durable when it is answered.",
        );
        page.table(&table);
    }

    fn write_store(&self, page: &mut Page) {
        page.heading("Memory and disk");
        page.text(
            "Bytes a record by section. A batch reads hot lines alone; single look-ups and \
             postings read the rest of the segment; details are read when they are disclosed.",
        );
        page.table(&self.sections_table());
    }

    fn write_model(&self, page: &mut Page) {
        page.heading("Model");
        let model = &self.model;
        page.formula(&format!(
            "ns a look-up = ({:.0} + L) ÷ B + {:.1} + g",
            model.call_ns, model.code_ns
        ));
        page.text(
            "B is the number of codes in a call, g what one random line of many takes in memory as \
             large as the hot table, L what a load takes there that waits for the one before. The \
             two numbers are what is computed for a call and for a code; they were fitted on the \
             smaller stores, and the largest was held out.",
        );
        page.figure(
            &self.records_chart(),
            "Nanoseconds a look-up, by records. The line is the model; filled points were fitted \
             on, rings were held out.",
        );
        page.table(&self.model_table());
    }

    fn write_machine(&self, page: &mut Page) {
        page.heading("Machine");
        page.figure(
            &self.lines_chart(),
            "Nanoseconds a random line of 64 bytes, by memory that lines are taken from. Upright \
             lines: caches as the system tells, and the hot tables.",
        );
        page.figure(
            &self.distances_chart(),
            "Nanoseconds a random line, by how many places ahead it is asked for, in the largest \
             memory that was measured.",
        );
        page.table(&self.machine_table());
    }
}

/// What no figure here tells; `docs/planner.md` says more.
const LIMITS: &[&str] = &[
    "Permits alone were asked for. Certificate tokens and e-card numbers take about the same.",
    "Everything was in memory. A page that is not costs a read of the disk; size memory so that the \
     hot lines stay.",
    "Threads and memory were of one processor. On several sockets give each its own process and its \
     own copy, or expect up to twice the time a line.",
    "What else a machine does falls on the figures; the bands and the headroom say how much.",
    "No network, no parsing of requests, no spare machine for the day on which one fails.",
];

/// One or many.
fn count(number: usize, one: &str) -> String {
    let number_text = grouped(number as f64);
    escaped(&if number == 1 { format!("1 {one}") } else { format!("{number_text} {one}s") })
}
