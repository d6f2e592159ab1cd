//! Why a connection is not secure (F19): what rustls found, in a few words that are counted and logged.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::{AlertDescription, CertificateError};

/// What is wrong with the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Its certificate is over, or not yet good.
    Expired,
    /// Its certificate is for another name.
    WrongName,
    /// Nobody we believe vouches for its certificate.
    UnknownAuthority,
    /// It speaks no TLS that is young enough.
    OldVersion,
    /// Something else.
    Other,
}

impl Distrust {
    /// Its name, as the meters have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::WrongName => "wrong_name",
            Self::UnknownAuthority => "unknown_authority",
            Self::OldVersion => "old_version",
            Self::Other => "other",
        }
    }

    /// What rustls said, if it is among the causes of an error.
    pub(crate) fn in_error(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(refusal) = error.downcast_ref::<rustls::Error>() {
                return Some(refusal.into());
            }
            // An IO error passes over what it was made of.
            let inside = error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref);
            cause = match inside {
                Some(inside) => Some(inside),
                None => error.source(),
            };
        }
        None
    }
}

impl From<&rustls::Error> for Distrust {
    fn from(error: &rustls::Error) -> Self {
        use CertificateError as Bad;
        match error {
            rustls::Error::InvalidCertificate(bad) => match bad {
                Bad::Expired
                | Bad::ExpiredContext { .. }
                | Bad::NotValidYet
                | Bad::NotValidYetContext { .. } => Self::Expired,
                Bad::NotValidForName | Bad::NotValidForNameContext { .. } => Self::WrongName,
                // The second is for a stranger who bears the name of somebody we believe.
                Bad::UnknownIssuer | Bad::BadSignature => Self::UnknownAuthority,
                _ => Self::Other,
            },
            rustls::Error::PeerIncompatible(_)
            | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => Self::OldVersion,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Expired => "the certificate is over, or not yet good",
            Self::WrongName => "the certificate is for another name",
            Self::UnknownAuthority => "nobody we believe vouches for the certificate",
            Self::OldVersion => "no version of TLS that is new enough",
            Self::Other => "the connection is not secure",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rustls_says_is_found_wherever_it_stands() {
        let said = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, said));
        assert_eq!(Distrust::in_error(&wrapped), Some(Distrust::Expired));
        let nothing = io::Error::other("the line is busy");
        assert_eq!(Distrust::in_error(&nothing), None);
    }
}
