//! The few steps through DER (X.690) that lead to the certificates of a PKCS #7 signature (RFC 2315).

use domain::digest::Digest;

use super::super::Problem;
use crate::bytes_view::{Truncated, View};

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT_0: u8 = 0xa0;

const MOST_CERTIFICATES: usize = 32;
const MOST_SIGNERS: usize = 10;

/// One element: its tag, its content, and all of its bytes.
struct Element<'a> {
    tag: u8,
    content: View<'a>,
    whole: &'a [u8],
}

/// What a signer names its certificate by.
#[derive(PartialEq, Eq)]
struct Name<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
}

/// The certificates of a signature's signers.
pub(super) fn signer_certificates(pkcs7: &[u8]) -> Result<Vec<Digest>, Problem> {
    let mut content_info = expect(&mut View::new(pkcs7), SEQUENCE)?;
    next(&mut content_info)?;
    let mut explicit = expect(&mut content_info, CONTEXT_0)?;
    let mut signed_data = expect(&mut explicit, SEQUENCE)?;
    let mut certificates = Vec::new();
    let mut signers = None;
    // Version, digest algorithms (a set) and content come first; the signers are the last set.
    expect(&mut signed_data, INTEGER)?;
    expect(&mut signed_data, SET)?;
    expect(&mut signed_data, SEQUENCE)?;
    while !signed_data.is_empty() {
        let element = next(&mut signed_data)?;
        match element.tag {
            CONTEXT_0 => certificates = read_certificates(element.content)?,
            SET => signers = Some(element.content),
            _ => {}
        }
    }
    let mut signers = signers.ok_or(Problem::Odd("it names no signer"))?;
    let mut found = Vec::new();
    while !signers.is_empty() {
        if found.len() == MOST_SIGNERS {
            return Err(Problem::Odd("it names too many signers"));
        }
        let mut signer = expect(&mut signers, SEQUENCE)?;
        expect(&mut signer, INTEGER)?;
        let mut identifier = expect(&mut signer, SEQUENCE)?;
        let issuer = next(&mut identifier)?.whole;
        let serial = next(&mut identifier)?.whole;
        let name = Name { issuer, serial };
        let certificate = certificates.iter().find(|(known, _)| *known == name);
        found.push(
            certificate
                .ok_or(Problem::Odd("its signer's certificate is not in it"))?
                .1,
        );
    }
    if found.is_empty() {
        return Err(Problem::Odd("it names no signer"));
    }
    Ok(found)
}

fn read_certificates(mut view: View<'_>) -> Result<Vec<(Name<'_>, Digest)>, Problem> {
    let mut certificates = Vec::new();
    while !view.is_empty() {
        if certificates.len() == MOST_CERTIFICATES {
            return Err(Problem::Odd("it holds too many certificates"));
        }
        let mut certificate = next(&mut view)?;
        let mut to_be_signed = expect(&mut certificate.content, SEQUENCE)?;
        let mut serial = next(&mut to_be_signed)?;
        if serial.tag == CONTEXT_0 {
            // The version, which old certificates leave out.
            serial = next(&mut to_be_signed)?;
        }
        next(&mut to_be_signed)?;
        let issuer = next(&mut to_be_signed)?.whole;
        let name = Name {
            issuer,
            serial: serial.whole,
        };
        certificates.push((name, Digest::of(certificate.whole)));
    }
    Ok(certificates)
}

fn expect<'a>(view: &mut View<'a>, tag: u8) -> Result<View<'a>, Problem> {
    let element = next(view)?;
    if element.tag == tag {
        Ok(element.content)
    } else {
        Err(Problem::Odd("it is no PKCS #7 signature"))
    }
}

fn next<'a>(view: &mut View<'a>) -> Result<Element<'a>, Problem> {
    let all = view.rest();
    let tag = view.u8()?;
    let length = match view.u8()? {
        short @ 0..=0x7f => usize::from(short),
        // At most four bytes of length; 0x80 is the indefinite form, which DER forbids.
        long @ 0x81..=0x84 => {
            let bytes = view.take(usize::from(long - 0x80))?;
            bytes
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte))
        }
        _ => return Err(Problem::Odd("it is not in DER form")),
    };
    let content = View::new(view.take(length)?);
    let whole = all.get(..all.len() - view.rest().len()).ok_or(Truncated)?;
    Ok(Element {
        tag,
        content,
        whole,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_an_error_and_no_panic() {
        let cases: [&[u8]; 6] = [
            &[],
            &[0x30],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x02, 0x02],
            &[0x04, 0x00],
        ];
        for case in cases {
            assert!(signer_certificates(case).is_err(), "{case:?}");
        }
    }
}
