//! Just enough X.509 to check what a registered certificate signed (RFC 5280 §4.1): its thumbprints, its RSA key and
//! how long it is good.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use crate::world::Certificate;

/// A registered certificate, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadCertificate {
    /// `x5t`: base64url of the SHA-1 of its DER.
    pub(crate) sha1: String,
    /// `x5t#S256`: base64url of the SHA-256 of its DER.
    pub(crate) sha256: String,
    /// The `RSAPublicKey` of its key (RFC 8017 appendix A.1.1).
    pub(crate) public_key: Vec<u8>,
    /// Unix seconds.
    pub(crate) not_before: i64,
    /// Unix seconds.
    pub(crate) not_after: i64,
}

impl ReadCertificate {
    /// Reads a registered certificate; `None` if it is none.
    pub(crate) fn of(registered: &Certificate) -> Option<Self> {
        let der = registered.der()?;
        let (public_key, not_before, not_after) = inside(&der)?;
        let encode = |algorithm| BASE64_URL_SAFE_NO_PAD.encode(digest(algorithm, &der));
        Some(Self {
            sha1: encode(&SHA1_FOR_LEGACY_USE_ONLY),
            sha256: encode(&SHA256),
            public_key,
            not_before,
            not_after,
        })
    }
}

/// Key, beginning and end of a certificate.
fn inside(der: &[u8]) -> Option<(Vec<u8>, i64, i64)> {
    let (certificate, _) = element(der, SEQUENCE)?;
    let (mut rest, _) = element(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = any(rest)?.2;
    }
    for _serial_algorithm_issuer in 0..3 {
        rest = any(rest)?.2;
    }
    let (validity, rest) = element(rest, SEQUENCE)?;
    let (_, beginning, after) = any(validity)?;
    let (_, end, _) = any(after)?;
    let (_, _subject, rest) = any(rest)?;
    let (key_info, _) = element(rest, SEQUENCE)?;
    let (_, _algorithm, bits) = any(key_info)?;
    let (bits, _) = element(bits, BIT_STRING)?;
    let (&unused, key) = bits.split_first()?;
    (unused == 0).then_some(())?;
    Some((key.to_vec(), time(beginning)?, time(end)?))
}

/// The content of the first element, which must have this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any(der)?;
    (found == tag).then_some((content, rest))
}

/// Tag and content of the first element, and what follows it (X.690 §8.1).
fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..0x80 => (usize::from(short), rest),
        long => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let fold = |sum: usize, digit: &u8| sum.checked_mul(256)?.checked_add((*digit).into());
            (digits.iter().try_fold(0, fold)?, rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` in unix seconds; two-digit years below 50 lie in this century.
fn time(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, rest) = text.split_at_checked(text.len().checked_sub(10)?)?;
    let number = |text: &str| text.parse::<i64>().ok();
    let year = match (year.len(), number(year)?) {
        (2, year) if year < 50 => 2000 + year,
        (2, year) => 1900 + year,
        (_, year) => year,
    };
    let part = |at: usize| rest.get(at..at + 2).and_then(number);
    let (month, day) = (part(0)?, part(2)?);
    let second_of_day = part(4)? * 3600 + part(6)? * 60 + part(8)?;
    Some(days_since_1970(year, month, day) * 86_400 + second_of_day)
}

/// Unix seconds of a moment as Graph writes it, `2026-03-01T09:15:02Z`; fractions of a second do not count.
pub(crate) fn unix_seconds(rfc3339: &str) -> Option<i64> {
    let whole = rfc3339.strip_suffix('Z')?.split('.').next()?;
    let (date, clock) = whole.split_once('T')?;
    let digits: String = [date, clock].concat().split(['-', ':']).collect();
    (digits.len() == 14).then(|| time(format!("{digits}Z").as_bytes()))?
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, with years counted from March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
/// `[0]`: the version, left out of certificates of version 1.
const VERSION: u8 = 0xa0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn the_standard_worlds_certificate_is_read() {
        let world = World::standard(0);
        let registered = world
            .applications
            .iter()
            .find_map(|application| application.certificates.first())
            .expect("one app has a certificate");
        let read = ReadCertificate::of(registered).expect("reads");
        assert_eq!(
            (read.not_before, read.not_after),
            (1_577_836_800, 4_102_444_799)
        );
        assert_eq!((read.sha1.len(), read.sha256.len()), (27, 43));
        assert_eq!(read.public_key[0], SEQUENCE);
    }

    #[test]
    fn nonsense_is_not_a_certificate() {
        let registered = |certificate: &str| Certificate {
            id: String::new(),
            name: String::new(),
            certificate: certificate.into(),
            private_key: None,
        };
        for text in ["", "AAAA", "MIID", "MAMwAQA=", "MIH//////////w=="] {
            assert_eq!(ReadCertificate::of(&registered(text)), None, "{text}");
        }
    }

    #[test]
    fn both_ways_of_writing_time_are_read() {
        assert_eq!(time(b"700101000000Z"), Some(0));
        assert_eq!(time(b"20000301000001Z"), Some(951_868_801));
        assert_eq!(time(b"491231235959Z"), Some(2_524_607_999));
        assert_eq!(time(b"soon"), None);
        assert_eq!(unix_seconds("2000-03-01T00:00:01.5Z"), Some(951_868_801));
        assert_eq!(unix_seconds("2000-03-01"), None);
    }
}
