//! One test for each of the default seeds. With more seeds, each takes every twentieth.

use chaos::{Options, World};

async fn seeds_of(test: u64) {
    let options = Options::of_environment();
    for seed in options.of_test(test) {
        Box::pin(World::run(seed, options)).await;
    }
}

macro_rules! seeds {
    ($($name:ident $number:literal)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                seeds_of($number).await;
            }
        )*
    };
}

seeds! {
    seed_1 1
    seed_2 2
    seed_3 3
    seed_4 4
    seed_5 5
    seed_6 6
    seed_7 7
    seed_8 8
    seed_9 9
    seed_10 10
    seed_11 11
    seed_12 12
    seed_13 13
    seed_14 14
    seed_15 15
    seed_16 16
    seed_17 17
    seed_18 18
    seed_19 19
    seed_20 20
}
