//! Android packages as they come, byte for byte.

use domain::{
    install::{Earlier, Installation},
    package::Package,
};
use futures::executor::block_on;
use packages::{
    apk::{Inspection, inspect},
    source::{Memory, Metered},
};

/// Whatever the bytes are, they are inspected, for a bounded number of reads and a bounded description.
pub fn target(data: &[u8]) {
    let source = Metered::new(Memory::new(data.to_vec()));
    let inspection = block_on(inspect(&source));
    assert!(source.requests() <= 200, "{} requests", source.requests());
    check(&inspection);
}

/// What is true of every description of a package.
pub(crate) fn check(Inspection { package, icon }: &Inspection) {
    let Ok(stored) = serde_json::to_string(package) else {
        panic!("a package cannot be described: {package:?}");
    };
    // It goes into the record of a build.
    assert!(stored.len() < 200_000, "{} bytes", stored.len());
    assert_eq!(serde_json::from_str::<Package>(&stored).ok().as_ref(), Some(package));
    let described = package.icon.as_ref().map(|icon| (icon.size, icon.digest));
    let read = icon.as_ref();
    let read = read.map(|bytes| (bytes.len() as u64, domain::digest::Digest::of(bytes)));
    assert_eq!(described, read);
    let texts = [&package.name, &package.version_name, &package.label];
    for text in texts.into_iter().flatten() {
        assert!(text.chars().all(domain::text::may_stand) && text.chars().count() <= 512);
    }
    assert!(package.abis.len() <= 16);
    for unread in &package.unread {
        assert!(unread.why.chars().count() <= 300);
    }
    let name = "itself".to_owned();
    let installation = Installation {
        now: package,
        earlier: vec![Earlier { name, package }],
        for_play: true,
    };
    let forecast = installation.forecast();
    assert!(forecast.len() <= 16, "{forecast:?}");
    for told in &forecast {
        assert!(told.what.chars().all(domain::text::may_stand), "{told:?}");
    }
}

/// None: packages are saved.
pub fn seeds() -> Vec<Vec<u8>> {
    vec![crate::zip::stored(&[("AndroidManifest.xml", b"\x03\0\x08\0\x08\0\0\0")], b"")]
}
