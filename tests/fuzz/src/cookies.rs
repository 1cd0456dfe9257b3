//! Cookies: the header, and the sealed values in it.

use identity::sign_in::fuzzing::{PURPOSES, Sealer};
use web::fuzzing::cookies;

use crate::input::{joined, parts};

const SECRET: &str = "a session secret of the fuzz targets";
const BEFORE: &str = "the session secret that was before it";

/// What was sealed opens with the same secret for the same purpose, and nothing else ever opens.
pub fn target(data: &[u8]) {
    let [header, plain, random, forged] = parts(data);
    let found = cookies(header);
    assert_eq!(found.len(), 6);
    for value in found.into_iter().flatten() {
        assert!(value.len() <= header.len() && !value.contains(';'));
        never_opens(&value);
    }
    let mut nonce = [0; 32];
    nonce.iter_mut().zip(random).for_each(|(to, from)| *to = *from);
    sealed(plain, &nonce, &String::from_utf8_lossy(forged));
}

fn sealer(current: &str, previous: Option<&str>) -> Sealer {
    match Sealer::new(current, previous) {
        Some(sealer) => sealer,
        None => panic!("no key can be derived"),
    }
}

/// Nobody who does not know the secret seals anything.
fn never_opens(value: &str) {
    let sealer = sealer(SECRET, Some(BEFORE));
    for purpose in 0..PURPOSES {
        assert_eq!(sealer.open(purpose, value), None, "{value:?}");
    }
}

fn sealed(plain: &[u8], nonce: &[u8; 32], forged: &str) {
    let (now, before) = (sealer(SECRET, Some(BEFORE)), sealer(BEFORE, None));
    for purpose in 0..PURPOSES {
        let (fresh, old) = (now.seal(purpose, plain, nonce), before.seal(purpose, plain, nonce));
        assert_eq!(now.open(purpose, &fresh).as_deref(), Some(plain));
        assert_eq!(now.open(purpose, &old).as_deref(), Some(plain), "rotated");
        assert_eq!(before.open(purpose, &fresh), None);
        for other in (0..PURPOSES).filter(|other| *other != purpose) {
            assert_eq!(now.open(other, &fresh), None);
        }
        if forged != fresh && forged != old {
            assert_eq!(now.open(purpose, forged), None);
        }
        // With something of the forged text in its middle.
        let half = fresh.len() / 2;
        let spliced = format!("{}{forged}{}", &fresh[..half], &fresh[half..]);
        assert!(forged.is_empty() || now.open(purpose, &spliced).is_none());
    }
}

/// Headers of several cookies.
pub fn seeds() -> Vec<Vec<u8>> {
    let headers: [&[u8]; 3] = [
        b"__Host-towpath=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; towpath=a=b; __Host-towpath-browser=c",
        b"x__Host-towpath=no; towpath-token=; __Secure-towpath-token=d",
        b";;=;towpath",
    ];
    headers
        .map(|header| joined([header, br#"{"name":"ada"}"#, b"0123456789ab", b"AAAA"]))
        .to_vec()
}
