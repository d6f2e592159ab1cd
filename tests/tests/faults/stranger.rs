//! Servers whose TLS is wrong in one way each.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, rustls};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    Expired,
    Name,
    Authority,
    OwnAuthority,
    Version,
}

impl Wrong {
    pub(crate) const ALL: [Self; 5] = [
        Self::Expired,
        Self::Name,
        Self::Authority,
        Self::OwnAuthority,
        Self::Version,
    ];

    pub(crate) const fn in_the_log(self) -> &'static str {
        match self {
            Self::Expired => "the certificate is over",
            Self::Name => "the certificate is for another name",
            Self::Authority | Self::OwnAuthority => "nobody we believe vouches",
            Self::Version => "no version of TLS that is new enough",
        }
    }
}

/// The server.
#[derive(Debug)]
pub(crate) struct Stranger {
    pub(crate) origin: String,
    /// The authority that the program is told to believe.
    pub(crate) believed: String,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    came: AtomicUsize,
    heard: AtomicUsize,
}

impl Stranger {
    pub(crate) async fn start(wrong: Wrong) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        let believed = authority("believed");
        let counts = Arc::new(Counts::default());
        let acceptor = (wrong != Wrong::Version).then(|| acceptor(wrong, &believed));
        tokio::spawn(listen(listener, acceptor, Arc::clone(&counts)));
        Self {
            origin,
            believed: believed.pem(),
            counts,
        }
    }

    /// How many connections came.
    pub(crate) fn came(&self) -> usize {
        self.counts.came.load(Ordering::SeqCst)
    }

    /// How many of them were good enough to say something.
    pub(crate) fn heard(&self) -> usize {
        self.counts.heard.load(Ordering::SeqCst)
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn acceptor(wrong: Wrong, believed: &CertifiedIssuer<'static, KeyPair>) -> TlsAcceptor {
    let name = match wrong {
        Wrong::Name => "login.example",
        _ => "127.0.0.1",
    };
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    if wrong == Wrong::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match wrong {
        Wrong::Authority => params.signed_by(&key, &authority("a stranger")).unwrap(),
        Wrong::OwnAuthority => params.self_signed(&key).unwrap(),
        _ => params.signed_by(&key, believed).unwrap(),
    };
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn listen(listener: TcpListener, acceptor: Option<TlsAcceptor>, counts: Arc<Counts>) {
    while let Ok((tcp, _)) = listener.accept().await {
        counts.came.fetch_add(1, Ordering::SeqCst);
        let (acceptor, counts) = (acceptor.clone(), Arc::clone(&counts));
        tokio::spawn(async move {
            let heard = match acceptor {
                Some(acceptor) => says_something(acceptor, tcp).await,
                None => old(tcp).await.unwrap_or(false),
            };
            counts.heard.fetch_add(usize::from(heard), Ordering::SeqCst);
        });
    }
}

/// The client may notice only after its side of the handshake: what counts is whether it says anything.
async fn says_something(acceptor: TlsAcceptor, tcp: TcpStream) -> bool {
    match acceptor.accept(tcp).await {
        Ok(mut tls) => matches!(tls.read(&mut [0]).await, Ok(1)),
        Err(_) => false,
    }
}

/// TLS 1.0 and nothing newer: `ServerHello` with version 3.1, no session, `TLS_RSA_WITH_AES_128_CBC_SHA` (RFC 2246 section
/// 7.4.1.3). A client that goes on after it says something that is no alert.
async fn old(mut tcp: TcpStream) -> std::io::Result<bool> {
    let mut hello = [0; 4_096];
    let _ = tcp.read(&mut hello).await?;
    let mut answer = vec![22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    answer.extend([7; 32]);
    answer.extend([0, 0, 0x2f, 0]);
    tcp.write_all(&answer).await?;
    let mut next = [0];
    let _ = tcp.read(&mut next).await?;
    Ok(![0, 21].contains(&next[0]))
}
