//! Starting and stopping.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use axum::Router;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    clock::Clock,
    entra::{EntraState, SigningKeys},
    exchange::Exchange,
    graph::{self, Graph, MailSettings, NewMail, SeedError},
    listener::Listener,
    manners::Manner,
    router,
    scenario::Line,
    state::{EmulatorState, Origins},
    switches::Switches,
    tls::{Certificates, NotCertified},
    world::{World, WorldFileError},
};

/// A running emulator. Dropping it stops it too; [`Emulator::stop`] waits until it has.
#[derive(Debug)]
pub struct Emulator {
    state: Arc<EmulatorState>,
    graph: Arc<Graph>,
    certificate_authority: Option<String>,
    stop: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 3],
}

impl Emulator {
    /// Settings for a new emulator; the defaults suit tests and the demo.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Where it listens, without a slash at the end: `http://127.0.0.1:8401`. Entra and Graph share this origin.
    pub fn origin(&self) -> &str {
        &self.state.origin
    }

    /// Where large attachments are uploaded to: another port of the same address, as Microsoft uses another host.
    pub fn upload_origin(&self) -> &str {
        &self.state.upload_origin
    }

    /// What clients have to trust if it speaks HTTPS: the certificate of its authority, in PEM.
    pub fn certificate_authority(&self) -> Option<&str> {
        self.certificate_authority.as_deref()
    }

    /// The clock everything in it goes by.
    pub fn clock(&self) -> &Clock {
        &self.state.clock
    }

    /// The latest exchanges, oldest first; control requests (`/_emulator/…`) are not recorded.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.state.exchanges.after(0)
    }

    /// How clients behaved in the exchanges after sequence number `after` (0 for all): no secret in an address, PKCE by
    /// S256, a nonce, and so on.
    pub fn manners(&self, after: u64) -> Vec<Manner> {
        self.state.manners(after)
    }

    /// The world as it is now.
    pub fn world(&self) -> Arc<World> {
        self.state.world()
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Its memory, for what the other methods do not offer.
    pub fn state(&self) -> &Arc<EmulatorState> {
        &self.state
    }

    /// Lets mail come in for the person with this address or id, and answers the messages' immutable ids.
    ///
    /// # Errors
    /// [`SeedError`], by what is wrong.
    pub fn add_mail(&self, person: &str, mail: &NewMail) -> Result<Vec<String>, SeedError> {
        self.graph.seed(person, mail)
    }

    /// Stops listening, lets requests in progress finish, and returns when all is done.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            // A task that panicked has stopped as well.
            let _ended = task.await;
        }
    }
}

/// Settings of an emulator that has not started.
#[derive(Debug)]
pub struct EmulatorBuilder {
    clock: Clock,
    world: Option<World>,
    exchange_capacity: usize,
    insecure_bind: bool,
    upload_port: u16,
    https: bool,
    signing_keys: Option<SigningKeys>,
    mail: MailSettings,
    switches: Switches,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            clock: Clock::new(),
            world: None,
            exchange_capacity: 2_000,
            insecure_bind: false,
            upload_port: 0,
            https: false,
            signing_keys: None,
            mail: MailSettings::default(),
            switches: Switches::default(),
        }
    }
}

impl EmulatorBuilder {
    /// Goes by `clock` instead of a new one.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Holds `world` instead of [`World::standard`].
    #[must_use]
    pub fn world(mut self, world: World) -> Self {
        self.world = Some(world);
        self
    }

    /// Keeps the latest `capacity` exchanges instead of 2,000.
    #[must_use]
    pub fn exchange_capacity(mut self, capacity: usize) -> Self {
        self.exchange_capacity = capacity;
        self
    }

    /// Allows addresses that other machines can reach. Anybody who can reach it can sign in as anybody.
    #[must_use]
    pub fn insecure_bind(mut self, allowed: bool) -> Self {
        self.insecure_bind = allowed;
        self
    }

    /// Takes uploads of large attachments on this port instead of a free one.
    #[must_use]
    pub fn upload_port(mut self, port: u16) -> Self {
        self.upload_port = port;
        self
    }

    /// Speaks HTTPS instead of HTTP, by a certificate made at start; for clients that refuse plain HTTP. What they have to
    /// trust is [`Emulator::certificate_authority`].
    #[must_use]
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Fills the mailboxes by `settings` instead of the standard ones.
    #[must_use]
    pub fn mail(mut self, settings: MailSettings) -> Self {
        self.mail = settings;
        self
    }

    /// Signs with `keys` instead of new ones; for suites that start many emulators.
    #[must_use]
    pub fn signing_keys(mut self, keys: SigningKeys) -> Self {
        self.signing_keys = Some(keys);
        self
    }

    /// Gives every access token this life in seconds, instead of a random one from 3,600 to 5,400 as Entra does.
    #[must_use]
    pub fn access_token_life(mut self, seconds: i64) -> Self {
        self.switches.access_token_life = Some(seconds);
        self
    }

    /// Behaves by `switches` where one can choose.
    #[must_use]
    pub fn switches(mut self, switches: Switches) -> Self {
        self.switches = switches;
        self
    }

    /// Holds the world of a JSON or TOML file (by its extension) instead of [`World::standard`].
    ///
    /// # Errors
    /// [`WorldFileError`], by what is wrong with the file.
    pub fn world_file(self, path: &Path) -> Result<Self, WorldFileError> {
        let world = World::from_file(path, self.clock.now())?;
        Ok(self.world(world))
    }

    /// Listens on `address` (`127.0.0.1:0` picks a free port) and serves in the background.
    ///
    /// # Errors
    /// [`StartError`], by what to change.
    pub async fn start(self, address: &str) -> Result<Emulator, StartError> {
        let (listener, bound) = listen(address, self.insecure_bind).await?;
        let beside = SocketAddr::new(bound.ip(), self.upload_port).to_string();
        let (upload_listener, upload_bound) = listen(&beside, self.insecure_bind).await?;
        let certificates = self
            .https
            .then(|| Certificates::make(reached_at(bound).ip(), self.clock.now()))
            .transpose()?;
        let origins = Origins {
            main: origin_of(bound, self.https),
            uploads: upload_origin_of(upload_bound, self.https),
        };
        let (state, mail) = self.memory(origins);
        let graph = Arc::new(Graph::new(Arc::clone(&state), mail));
        let (stop, stopped) = watch::channel(false);
        let routes = router::router(Arc::clone(&state), Arc::clone(&graph));
        let uploads = router::upload_router(&state, &graph);
        let (tls, certificate_authority) = certificates.map(Certificates::parts).unzip();
        let secured = |tcp| Listener {
            tcp,
            tls: tls.clone(),
        };
        let tasks = [
            tokio::spawn(serve(secured(listener), routes, stopped.clone())),
            tokio::spawn(serve(secured(upload_listener), uploads, stopped.clone())),
            tokio::spawn(graph::carry(Arc::clone(&graph), stopped)),
        ];
        Ok(Emulator {
            state,
            graph,
            certificate_authority,
            stop,
            tasks,
        })
    }

    /// What an emulator that listens at `origins` knows when it starts, and how its mailboxes are filled.
    fn memory(self, origins: Origins) -> (Arc<EmulatorState>, MailSettings) {
        let world = self
            .world
            .unwrap_or_else(|| World::standard(self.clock.now()));
        let keys = self.signing_keys.unwrap_or_else(SigningKeys::make);
        let entra = EntraState::new(keys);
        let capacity = self.exchange_capacity;
        let state = EmulatorState::new(origins, self.clock, world, entra, capacity);
        let mut switches = self.switches;
        switches.answers_any_host |= self.insecure_bind;
        state.change_switches(|standard| *standard = switches);
        (Arc::new(state), self.mail)
    }
}

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Give an IP address and a port.
    #[error("`{0}` is not an address like 127.0.0.1:8401")]
    NotAnAddress(String),
    /// Choose a loopback address, or allow others explicitly.
    #[error(
        "{0} can be reached from other machines; use a loopback address, or allow it with --insecure-bind"
    )]
    NotLoopback(SocketAddr),
    /// Stop the other program, or choose another port.
    #[error("port {} is in use by another program; choose another one with --port or --upload-port", .0.port())]
    PortBusy(SocketAddr),
    /// HTTPS was asked for and there is no certificate.
    #[error("no certificate for HTTPS: {0}")]
    NotCertified(#[from] NotCertified),
    /// The operating system refuses the address.
    #[error("cannot listen on {address}: {source}")]
    Refused {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
}

impl StartError {
    fn from_bind(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::PortBusy(address),
            _ => Self::Refused { address, source },
        }
    }
}

/// A listener and where it listens.
async fn listen(
    address: &str,
    insecure_bind: bool,
) -> Result<(TcpListener, SocketAddr), StartError> {
    let address: SocketAddr = address
        .parse()
        .map_err(|_| StartError::NotAnAddress(address.to_owned()))?;
    if !address.ip().is_loopback() && !insecure_bind {
        return Err(StartError::NotLoopback(address));
    }
    let refused = |error| StartError::from_bind(address, error);
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

async fn serve(listener: Listener, routes: Router, mut stopped: watch::Receiver<bool>) {
    let until_stopped = async move {
        // An error means that the emulator was dropped: stop as well.
        let _dropped = stopped.wait_for(|stop| *stop).await;
    };
    let routes = routes.into_make_service_with_connect_info::<Line>();
    if let Err(error) = axum::serve(listener, routes)
        .with_graceful_shutdown(until_stopped)
        .await
    {
        tracing::error!(%error, "the emulator stopped listening");
    }
}

/// The origin clients are told.
fn origin_of(bound: SocketAddr, https: bool) -> String {
    let scheme = if https { "https" } else { "http" };
    format!("{scheme}://{}", reached_at(bound))
}

/// Where uploads go. Clients that ask for HTTPS tell hosts apart by name without port, and send no token to others: it is
/// another name of the same address, as Microsoft uses another host.
fn upload_origin_of(bound: SocketAddr, https: bool) -> String {
    if https && reached_at(bound).ip().is_loopback() {
        format!("https://localhost:{}", bound.port())
    } else {
        origin_of(bound, https)
    }
}

/// Where clients go. An address that stands for all interfaces is reached by loopback from here.
fn reached_at(bound: SocketAddr) -> SocketAddr {
    if bound.ip().is_unspecified() {
        (Ipv4Addr::LOCALHOST, bound.port()).into()
    } else {
        bound
    }
}
