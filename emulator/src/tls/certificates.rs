//! A certificate authority that lives as long as the emulator and can vouch for this machine only.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
    date_time_ymd,
};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// What HTTPS needs: the emulator's certificate with its key, and what clients have to trust.
pub(crate) struct Certificates {
    acceptor: TlsAcceptor,
    /// The authority's certificate in PEM.
    authority: String,
}

impl Certificates {
    /// Makes an authority and a certificate for `localhost`, the loopback addresses and `address`, good for a year from
    /// `now` (unix seconds). The authority's key is gone when this returns, so that trusting it does no lasting harm, and
    /// it is constrained to those names besides.
    ///
    /// # Errors
    /// [`NotCertified`]: the generator or the TLS library refuses, which depends on nothing a caller can change.
    pub(crate) fn make(address: IpAddr, now: i64) -> Result<Self, NotCertified> {
        let authority =
            CertifiedIssuer::self_signed(authority(address, now)?, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = certificate(address, now)?.signed_by(&key, &authority)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone(), authority.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: authority.pem(),
        })
    }

    /// What listeners need, and what clients need.
    pub(crate) fn parts(self) -> (TlsAcceptor, String) {
        (self.acceptor, self.authority)
    }
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum NotCertified {
    /// It could not be made.
    #[error("it could not be made: {0}")]
    Making(#[from] rcgen::Error),
    /// It could not be used.
    #[error("it could not be used: {0}")]
    Using(#[from] rustls::Error),
}

fn authority(address: IpAddr, now: i64) -> Result<CertificateParams, rcgen::Error> {
    let mut authority = valid(CertificateParams::new([])?, now);
    authority.distinguished_name.push(
        DnType::CommonName,
        "connect-outlook emulator: throwaway authority for this machine",
    );
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName(LOCALHOST.to_owned()),
            addresses(IpAddr::V4(Ipv4Addr::LOCALHOST), LOOPBACK_BITS),
            addresses(IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
            addresses(address, if address.is_ipv4() { 32 } else { 128 }),
        ],
        excluded_subtrees: Vec::new(),
    });
    Ok(authority)
}

fn certificate(address: IpAddr, now: i64) -> Result<CertificateParams, rcgen::Error> {
    let mut names = vec![LOCALHOST.to_owned()];
    for name in [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
        address,
    ] {
        let name = name.to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut certificate = valid(CertificateParams::new(names)?, now);
    certificate
        .distinguished_name
        .push(DnType::CommonName, "connect-outlook emulator");
    certificate.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    certificate.use_authority_key_identifier_extension = true;
    Ok(certificate)
}

/// A day back, for clocks that are behind; less than 398 days in all, which is what some clients allow.
fn valid(mut params: CertificateParams, now: i64) -> CertificateParams {
    let now = date_time_ymd(1970, 1, 1) + Duration::from_secs(u64::try_from(now).unwrap_or(0));
    params.not_before = now - DAY;
    params.not_after = now + 365 * DAY;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
}

fn addresses(address: IpAddr, bits: u8) -> GeneralSubtree {
    GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits))
}

const LOCALHOST: &str = "localhost";
/// All of 127.0.0.0/8 is this machine.
const LOOPBACK_BITS: u8 = 8;
const DAY: Duration = Duration::from_secs(86_400);
