//! Just enough of a certificate to sign with its key and to know its end (RFC 5280 §4.1): nothing here decides whom to
//! trust. A reader of our own, because those of the field bring a proc-macro tree for three fields.

use crate::clock::UnixTime;

/// What is read of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read<'der> {
    /// The content of `subjectPublicKey`: for RSA an `RSAPublicKey` (RFC 8017 appendix A.1.1).
    pub(super) public_key: &'der [u8],
    pub(super) not_before: UnixTime,
    pub(super) not_after: UnixTime,
}

/// `None` for what is no certificate, also for one with something behind it.
pub(super) fn read(der: &[u8]) -> Option<Read<'_>> {
    let (certificate, rest) = element(der, SEQUENCE)?;
    rest.is_empty().then_some(())?;
    let (mut fields, _signature) = element(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = element(fields, VERSION)?.1;
    }
    let (_serial, fields) = element(fields, INTEGER)?;
    let (_algorithm, fields) = element(fields, SEQUENCE)?;
    let (_issuer, fields) = element(fields, SEQUENCE)?;
    let (validity, fields) = element(fields, SEQUENCE)?;
    let (_subject, fields) = element(fields, SEQUENCE)?;
    let (key, _extensions) = element(fields, SEQUENCE)?;
    let (_algorithm, key) = element(key, SEQUENCE)?;
    let (bits, _) = element(key, BIT_STRING)?;
    let (unused_bits, public_key) = bits.split_first()?;
    (*unused_bits == 0).then_some(())?;
    let (not_before, validity) = time(validity)?;
    let (not_after, _) = time(validity)?;
    Some(Read {
        public_key,
        not_before,
        not_after,
    })
}

/// The content of the first element, which must have this tag, and what follows it (X.690 §8.1, §10.1).
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..0x80 => (usize::from(*short), rest),
        long => {
            let count = usize::from(long & 0x7f);
            let (digits, rest) = rest.split_at_checked(count)?;
            // Four bytes say more than any certificate is long.
            (1..=4).contains(&count).then_some(())?;
            let length = digits
                .iter()
                .fold(0, |sum: usize, digit| sum << 8 | usize::from(*digit));
            (length, rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    (*found == tag).then_some((content, rest))
}

/// `UTCTime` or `GeneralizedTime` to the second in UTC, as RFC 5280 §4.1.2.5 demands, and what follows it.
fn time(der: &[u8]) -> Option<(UnixTime, &[u8])> {
    let (text, century, rest) = match element(der, UTC_TIME) {
        Some((text, rest)) => {
            let turn = if text.first()? < &b'5' { "20" } else { "19" };
            (text, turn, rest)
        }
        None => element(der, GENERALIZED_TIME).map(|(text, rest)| (text, "", rest))?,
    };
    let digits = format!(
        "{century}{}",
        std::str::from_utf8(text).ok()?.strip_suffix('Z')?
    );
    Some((UnixTime::from_digits(&digits)?, rest))
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// `[0]`: left out of certificates of version 1.
const VERSION: u8 = 0xa0;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::super::testing::{CERTIFICATE, NOT_AFTER, NOT_BEFORE};
    use super::*;

    fn der() -> Vec<u8> {
        let read = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes());
        read.unwrap().to_vec()
    }

    #[test]
    fn key_and_times_are_read() {
        let der = der();
        let read = read(&der).unwrap();
        assert_eq!(read.not_before, UnixTime(NOT_BEFORE));
        assert_eq!(read.not_after, UnixTime(NOT_AFTER));
        assert_eq!(read.public_key.len(), 270, "2048 bits and their exponent");
    }

    #[test]
    fn both_ways_of_writing_time_are_read() {
        let at = |text: &str| time(text.as_bytes()).map(|(time, _)| time.0);
        assert_eq!(at("\x17\x0d700101000000Z"), Some(0));
        assert_eq!(at("\x17\x0d491231235959Z"), Some(2_524_607_999));
        assert_eq!(at("\x18\x0f20000301000001Z"), Some(951_868_801));
        for bad in [
            "\x17\x0d701301000000Z",
            "\x17\x0d700101000000+",
            "\x18\x1120000301000001.5Z",
            "\x18\x0d700101000000Z",
            "\x0c\x0d700101000000Z",
            "\x17\x7f700101000000Z",
        ] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_certificate_cut_or_lengthened_is_none() {
        let whole = der();
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]), None, "{end} bytes");
        }
        assert_eq!(read(&[whole, vec![0]].concat()), None);
    }

    proptest! {
        #[test]
        fn no_change_makes_it_panic(at in 0_usize..800, byte: u8) {
            let mut der = der();
            if let Some(place) = der.get_mut(at) {
                *place = byte;
            }
            let _ = read(&der);
        }
    }
}
