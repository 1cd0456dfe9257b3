//! Several executions in one pipeline.

use std::collections::BTreeMap;

use super::Story;

#[test]
fn superseded_a_newer_execution_overtakes_one_that_waits() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let first = story.start();
    story.succeed(&first, "Fetch");
    let second = story.start();
    story.succeed(&second, "Fetch");
    let third = story.start();
    story.succeed(&third, "Fetch");
    // The first holds the stage Build, the second waited for it and was overtaken by the third.
    assert_eq!(story.at_work(&first), ["Compile"]);
    assert_eq!(story.status(&second), "Superseded");
    assert_eq!(story.told(&second).last().unwrap(), "pipeline SUPERSEDED");
    assert!(story.at_work(&third).is_empty());
    story.succeed(&first, "Compile");
    assert_eq!(story.at_work(&third), ["Compile"]);
}

#[test]
fn superseded_a_failed_execution_does_not_hold_its_stage() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let first = story.start();
    story.succeed(&first, "Fetch");
    let second = story.start();
    story.succeed(&second, "Fetch");
    story.fail(&first, "Compile");
    assert_eq!(story.status(&first), "Failed");
    assert_eq!(story.at_work(&second), ["Compile"]);
}

#[test]
fn queued_executions_wait_in_line_and_none_is_lost() {
    let mut story = Story::of_three_stages("QUEUED");
    let ids: Vec<String> = (0..3).map(|_| story.start()).collect();
    for id in &ids {
        assert_eq!(story.at_work(id), ["Fetch"], "each in its turn");
        story.succeed(id, "Fetch");
    }
    assert!(
        story.at_work(&ids[1]).is_empty(),
        "waits for the stage Build"
    );
    for id in &ids {
        story.succeed(id, "Compile");
    }
    for id in &ids {
        story.succeed(id, "Ship");
        assert_eq!(story.status(id), "Succeeded");
    }
}

#[test]
fn parallel_executions_do_not_wait_for_each_other() {
    let mut story = Story::of_three_stages("PARALLEL");
    let first = story.start();
    let second = story.start();
    story.succeed(&first, "Fetch");
    story.succeed(&second, "Fetch");
    assert_eq!(story.at_work(&first), ["Compile"]);
    assert_eq!(story.at_work(&second), ["Compile"]);
}

#[test]
fn parallel_fifty_are_enough() {
    let mut story = Story::of_three_stages("PARALLEL");
    for _ in 0..50 {
        story.start();
    }
    let error = story.start_with(&BTreeMap::new()).unwrap_err();
    assert_eq!(
        error.code,
        "ConcurrentPipelineExecutionsLimitExceededException"
    );
}

#[test]
fn a_closed_transition_holds_an_execution_until_it_opens() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    story
        .change(|engine, now| engine.turn("wallet", now)?.close("Build", true, "freeze"))
        .unwrap();
    let id = story.start();
    story.succeed(&id, "Fetch");
    story.succeed(&id, "Compile");
    assert!(story.at_work(&id).is_empty());
    assert_eq!(story.status(&id), "InProgress");
    story
        .change(|engine, now| engine.turn("wallet", now)?.open("Deploy", false))
        .unwrap();
    assert_eq!(story.at_work(&id), ["Ship"]);
}
