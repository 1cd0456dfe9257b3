//! The few steps through DER (X.690) that lead to the certificates of a PKCS #7 signature (RFC 2315).

use domain::digest::Digest;

use super::super::Problem;
use crate::bytes_view::{Truncated, View};

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT_0: u8 = 0xa0;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const BMP_STRING: u8 = 0x1e;

const MOST_CERTIFICATES: usize = 32;
const MOST_SIGNERS: usize = 10;
/// Attributes of a name that are compared.
const MOST_PARTS: usize = 32;

/// One element: its tag, its content, and all of its bytes.
struct Element<'a> {
    tag: u8,
    content: View<'a>,
    whole: &'a [u8],
}

/// What a signer names its certificate by.
struct Name<'a> {
    issuer: Element<'a>,
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
        let issuer = next(&mut identifier)?;
        let serial = number(&next(&mut identifier)?);
        found.push(named(&Name { issuer, serial }, &certificates)?);
    }
    if found.is_empty() {
        return Err(Problem::Odd("it names no signer"));
    }
    Ok(found)
}

/// The certificate of that name. The serial number decides alone where only one certificate has it: old tools wrote the issuer anew,
/// with other types of text than the certificate has, and Android compares issuers as names.
fn named(name: &Name<'_>, certificates: &[(Name<'_>, Digest)]) -> Result<Digest, Problem> {
    let of_serial: Vec<_> = certificates
        .iter()
        .filter(|(known, _)| known.serial == name.serial)
        .collect();
    if let [(_, certificate)] = of_serial[..] {
        return Ok(*certificate);
    }
    let issuer = distinguished_name(&name.issuer);
    of_serial
        .into_iter()
        .find(|(known, _)| {
            known.issuer.whole == name.issuer.whole
                || issuer.is_some() && distinguished_name(&known.issuer) == issuer
        })
        .map(|(_, certificate)| *certificate)
        .ok_or(Problem::Odd("its signer's certificate is not in it"))
}

/// An integer without leading zeros.
fn number<'a>(element: &Element<'a>) -> &'a [u8] {
    let bytes = element.content.rest();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

/// A name as comparing asks for it (RFC 5280, 7.1): whatever type its texts have, in lower case, with single blanks.
fn distinguished_name(name: &Element<'_>) -> Option<Vec<(Vec<u8>, String)>> {
    let mut parts = Vec::new();
    let mut rest = name.content;
    while !rest.is_empty() {
        if parts.len() == MOST_PARTS {
            return None;
        }
        let mut set = expect(&mut rest, SET).ok()?;
        let mut pair = expect(&mut set, SEQUENCE).ok()?;
        let kind = next(&mut pair).ok()?.content.rest().to_vec();
        parts.push((kind, text(&next(&mut pair).ok()?)?));
    }
    Some(parts)
}

/// A text of a name, prepared for comparing.
fn text(element: &Element<'_>) -> Option<String> {
    let bytes = element.content.rest();
    let text = match element.tag {
        BMP_STRING => {
            let units = bytes.as_chunks::<2>().0.iter();
            String::from_utf16_lossy(
                &units
                    .map(|unit| u16::from_be_bytes(*unit))
                    .collect::<Vec<_>>(),
            )
        }
        UTF8_STRING | PRINTABLE_STRING | IA5_STRING => str::from_utf8(bytes).ok()?.to_owned(),
        TELETEX_STRING => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => return None,
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ").to_lowercase())
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
        let issuer = next(&mut to_be_signed)?;
        let name = Name {
            issuer,
            serial: number(&serial),
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

    fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn name(tag: u8, text: &str) -> Vec<u8> {
        let pair = [tagged(0x06, &[0x55, 4, 3]), tagged(tag, text.as_bytes())].concat();
        tagged(SEQUENCE, &tagged(SET, &tagged(SEQUENCE, &pair)))
    }

    fn certificate(serial: &[u8], issuer: &[u8]) -> Vec<u8> {
        let fields = [
            tagged(INTEGER, serial),
            tagged(SEQUENCE, &[]),
            issuer.to_vec(),
        ];
        tagged(SEQUENCE, &tagged(SEQUENCE, &fields.concat()))
    }

    /// A signature of one signer, with these certificates.
    fn signature(certificates: &[Vec<u8>], issuer: &[u8], serial: &[u8]) -> Vec<u8> {
        let identifier = tagged(
            SEQUENCE,
            &[issuer.to_vec(), tagged(INTEGER, serial)].concat(),
        );
        let info = tagged(SEQUENCE, &[tagged(INTEGER, &[1]), identifier].concat());
        let fields = [
            tagged(INTEGER, &[1]),
            tagged(SET, &[]),
            tagged(SEQUENCE, &[]),
            tagged(CONTEXT_0, &certificates.concat()),
            tagged(SET, &info),
        ];
        let explicit = tagged(CONTEXT_0, &tagged(SEQUENCE, &fields.concat()));
        tagged(SEQUENCE, &[tagged(0x06, &[1]), explicit].concat())
    }

    #[test]
    fn a_certificate_is_found_by_its_serial_number() {
        let only = certificate(&[0, 0x99], &name(UTF8_STRING, "Wallet"));
        let signed = signature(
            std::slice::from_ref(&only),
            &name(PRINTABLE_STRING, "Wallet"),
            &[0, 0x99],
        );
        assert_eq!(signer_certificates(&signed).unwrap(), [Digest::of(&only)]);
        let other = signature(&[only], &name(UTF8_STRING, "Wallet"), &[7]);
        assert!(signer_certificates(&other).is_err());
    }

    #[test]
    fn of_two_certificates_with_one_serial_number_the_issuer_decides() {
        let certificates = [
            certificate(&[7], &name(UTF8_STRING, "Transit")),
            certificate(&[7], &name(UTF8_STRING, "The  Wallet ")),
        ];
        let found = |issuer: &[u8]| signer_certificates(&signature(&certificates, issuer, &[7]));
        let wallet = Digest::of(&certificates[1]);
        assert_eq!(
            found(&name(PRINTABLE_STRING, "the wallet")).unwrap(),
            [wallet]
        );
        assert!(found(&name(PRINTABLE_STRING, "Nobody")).is_err());
        assert!(found(&tagged(SEQUENCE, &[0x31, 0x80])).is_err());
    }
}
