use schemars::JsonSchema;
use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Entries, Given, Leaf, List, read};
use crate::{document::Document, problem::Problems, schema};

#[derive(Deserialize, JsonSchema)]
struct Plan {
    #[schemars(range(min = 1, max = 9))]
    steps: Given<u32>,
    days: List<Day>,
}

#[derive(Deserialize, JsonSchema)]
struct Day {
    hour: Option<Given<Even>>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(try_from = "u32")]
struct Even(u32);

impl TryFrom<u32> for Even {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        let is_even = number.is_multiple_of(2);
        is_even.then_some(Self(number)).ok_or("an odd hour")
    }
}

fn plan(text: &str) -> Result<Plan, Problems> {
    let document = Document::new(text, "plan.toml");
    let root = DeTable::parse(text).unwrap().into_inner();
    let root = Spanned::new(0..0, DeValue::Table(root));
    let plan = read(&document, &root, &schema::of::<Plan>());
    document.finish(plan)
}

#[test]
fn a_value_is_read_with_its_place() {
    let plan = plan("steps = 0x9\ndays = [{ hour = 8 }, {}]\n").unwrap();
    assert_eq!(
        (plan.steps.value(), plan.steps.span()),
        (Some(&9), Some(8..11))
    );
    let hours: Vec<Option<u32>> = plan
        .days
        .entries()
        .map(|(day, _)| day.hour.value().map(|hour| hour.0))
        .collect();
    assert_eq!(hours, [Some(8), None]);
}

#[test]
fn what_a_type_refuses_by_itself_is_a_problem_like_any_other() {
    let problems = plan("steps = 10\ndays = [{ hour = 7 }]\n").err().unwrap();
    let told: Vec<(usize, usize, &str)> = problems
        .0
        .iter()
        .map(|problem| (problem.line, problem.column, problem.what.as_str()))
        .collect();
    assert_eq!(
        told,
        [(1, 9, "\"steps\" is out of range"), (2, 18, "an odd hour")]
    );
}

#[test]
fn a_key_that_must_be_there_is_missed_with_an_example() {
    let problems = plan("").err().unwrap().to_string();
    assert!(
        problems.contains("this file has no \"steps\""),
        "{problems}"
    );
    assert!(problems.contains("add steps = 1"), "{problems}");
}
