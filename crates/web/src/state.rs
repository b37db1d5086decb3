//! What handlers share.

use crate::{
    Metrics, Proxies, Result, Viewer,
    layout::{Nav, Shell, Theme, UserView},
    metrics::Timings,
};
use axum::{Extension, extract::ConnectInfo, http::HeaderMap};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tertulia_engine::{Engine, monitors};
use tertulia_store::{around, listing, settings};

/// Of what monitors found and nobody looked at, more are only said to be more.
pub(crate) const MOST_UNSEEN: i64 = 100;

/// Of notes that name a member, more are only said to be more.
pub(crate) const MOST_MENTIONED: i64 = 100;

/// Who opened the connection on which a request came.
pub(crate) type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// The engine, and how this installation is reached.
#[derive(Clone)]
pub struct App {
    pub engine: Arc<Engine>,
    pub(crate) proxies: Proxies,
    /// Who may read the figures of `/metrics`.
    pub(crate) metrics: Metrics,
    pub(crate) timings: Arc<Timings>,
}

/// How many open conversations are looked at for those that are unread.
const MOST_LOOKED_AT: i64 = 1_000;
/// More items set aside than this are only said to be more: see [`crate::layout::count_words`].
const MOST: around::Most = around::Most { looked_at: MOST_LOOKED_AT, mentioned: MOST_MENTIONED, set_aside: 100 };

impl App {
    pub fn new(engine: Arc<Engine>) -> Self {
        Self { engine, proxies: Proxies::default(), metrics: Metrics::default(), timings: Arc::default() }
    }

    /// Behind these proxies.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// With its figures for these.
    #[must_use]
    pub fn watched_by(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Where a visitor's request comes from.
    pub(crate) fn visitor_address(&self, peer: Peer, headers: &HeaderMap) -> Option<IpAddr> {
        Some(self.proxies.origin(peer?.0.0.ip(), headers))
    }

    /// Whether browsers reach us by https, so that cookies may insist on it.
    pub fn is_https(&self) -> bool {
        self.engine.public_url.starts_with("https://")
    }

    /// The organisation's name; empty before the first run.
    pub async fn organisation(&self) -> Result<String> {
        Ok(settings::get(&mut self.engine.db.reader(), settings::ORGANISATION).await?.unwrap_or_default())
    }

    /// Whether people write to us on channels of this kind now; what brings in archives hears only what is over.
    pub fn hears_live(&self, connector: &str) -> bool {
        let spec = self.engine.registry.get(connector).map(|connector| connector.spec());
        spec.is_some_and(|spec| spec.pulls || spec.hosts_visitors || spec.sends)
    }

    /// How many open conversations the viewer has not read.
    pub async fn unread(&self, viewer: &Viewer) -> Result<u64> {
        let counted = listing::count_unread(&mut self.engine.db.reader(), viewer.user.id, MOST_LOOKED_AT).await?;
        Ok(counted.unsigned_abs())
    }

    /// The shell around a signed-in member's page.
    pub async fn shell(
        &self,
        viewer: &Viewer,
        page: &'static str,
        title: impl Into<String>,
        nav: Nav,
    ) -> Result<Shell> {
        let mut shell = Shell::new(page, title);
        // Taken before anything is read: what changes in between is told again rather than missed.
        shell.live_after = Some(self.engine.bus.newest());
        shell.current = nav;
        shell.user = Some(UserView { name: viewer.user.name.clone(), role: viewer.user.role });
        shell.csrf.clone_from(&viewer.csrf);
        shell.theme = Theme::parse(&viewer.user.theme);
        let member = viewer.user.id;
        let around = async { Ok::<_, crate::WebError>(around::of(&mut self.engine.db.reader(), member, MOST).await?) };
        let unseen = async { Ok(monitors::unseen(&self.engine, member, MOST_UNSEEN).await?) };
        let (around, unseen) = tokio::try_join!(around, unseen)?;
        shell.unseen = unseen.unsigned_abs();
        shell.organisation = around.organisation.unwrap_or_default();
        shell.unread = around.unread.unsigned_abs();
        shell.mentioned = around.mentioned.unsigned_abs();
        shell.quarantined = around.set_aside.unsigned_abs();
        Ok(shell)
    }
}
