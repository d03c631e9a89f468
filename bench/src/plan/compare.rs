//! Two plans, figure by figure.

use serde::Serialize;

use crate::plan::Plan;
use crate::plan::figures::significant;

/// One figure of two plans.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Its name.
    pub figure: &'static str,
    /// What the first plan says.
    pub a: f64,
    /// What the second plan says.
    pub b: f64,
    /// The second over the first; none where the first is zero or where a ratio says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// What both are counted in.
    pub unit: &'static str,
}

/// The figures that both plans have, in the order of the first.
#[must_use]
pub fn compare(a: &Plan, b: &Plan) -> Vec<Compared> {
    let others = b.figures();
    let both = |own: crate::plan::figures::Figure| {
        let other = others.iter().find(|other| other.figure == own.figure)?;
        // An error around zero has no ratio.
        let has_ratio = own.value != 0.0 && own.figure != "model_error";
        Some(Compared {
            figure: own.figure,
            a: own.value,
            b: other.value,
            ratio: has_ratio.then(|| significant(other.value / own.value)),
            unit: own.unit,
        })
    };
    a.figures().into_iter().filter_map(both).collect()
}

/// What differs between what two plans were asked, as `member: a, b`.
#[must_use]
pub fn differences(a: &Plan, b: &Plan) -> Vec<String> {
    let members = |plan: &Plan| match serde_json::to_value(&plan.workload) {
        Ok(serde_json::Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let (own, other) = (members(a), members(b));
    let differing = own.iter().filter(|(name, value)| other.get(*name) != Some(value));
    let null = serde_json::Value::Null;
    differing
        .map(|(name, value)| format!("{name}: {value}, {}", other.get(name).unwrap_or(&null)))
        .collect()
}
