//! What a run costs. Run by hand, in release:
//! `cargo test --release --lib engine::tests::cost -- --ignored --nocapture`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::lab::{Lab, WELL};
use super::world::World;
use crate::engine::machine::Engine;

/// Twice this per fixture leaves most of the time of a run to the fixture's own world.
const BUDGET: Duration = Duration::from_micros(250);

#[test]
#[ignore = "measures time: meaningful in release only"]
fn a_whole_run_costs_a_fraction_of_a_millisecond() {
    const RUNS: u32 = 2_000;
    let lab = Lab::new();
    let prepared = lab.prepared();
    for file in [
        WELL,
        "neighbours-suffer.yaml",
        "one-approval.yaml",
        "quiet.yaml",
    ] {
        let fixture = lab.fixture(file);
        let mut world = World::new(&fixture);
        let input = world.input();
        world.play_on(&prepared, input.clone());
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let began = Instant::now();
            for _ in 0..RUNS {
                let (mut engine, _) = Engine::start(Arc::clone(&prepared), input.clone());
                for event in &world.told {
                    engine.step(event.clone());
                }
                assert!(engine.ended().is_some());
            }
            fastest = fastest.min(began.elapsed() / RUNS);
        }
        println!("{file}: {} events, {fastest:?} a run", world.told.len());
        assert!(fastest < BUDGET);
    }
}
