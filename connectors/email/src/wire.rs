//! The connection beneath IMAP and SMTP: opened through the address guard, encrypted as the settings say.

use crate::settings::{Security, Server};
use rustls::{
    CertificateError,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use std::{fmt::Debug, io, sync::Arc, time::Duration};
use tertulia_connector::{
    Context,
    guard::{GuardError, is_public},
};
use tokio::io::{AsyncRead, AsyncWrite};

/// How long a server may take to be reached and to greet.
const CONNECT: Duration = Duration::from_secs(20);

pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug> Duplex for T {}

/// A connection, encrypted or not.
pub type Wire = Box<dyn Duplex>;

/// Why no connection came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireError {
    /// It may work later.
    Later(String),
    /// It will not, before a setting is mended.
    Setting(String),
}

/// Opens a TCP connection to the server, and encrypts it where that comes first.
pub async fn open(ctx: &Context, server: &Server, extra_ca: Option<&str>) -> Result<Wire, WireError> {
    let host = &server.host;
    if host.is_empty() {
        return Err(WireError::Setting("The settings name no server.".to_owned()));
    }
    let stream = tokio::time::timeout(CONNECT, ctx.guard.connect(host, server.port))
        .await
        .map_err(|_| WireError::Later(format!("{host} did not answer within {} seconds.", CONNECT.as_secs())))?
        .map_err(|error| match error {
            GuardError::Private { .. } | GuardError::BadUrl(_) => WireError::Setting(error.to_string()),
            other => WireError::Later(other.to_string()),
        })?;
    stream.set_nodelay(true).ok();
    match server.security {
        Security::Tls => encrypt(Box::new(stream), host, extra_ca).await,
        Security::StartTls => Ok(Box::new(stream)),
        Security::None => {
            let public = stream.peer_addr().map(|peer| is_public(peer.ip())).unwrap_or(true);
            if public {
                return Err(WireError::Setting(format!(
                    "{host} is on the open internet, where your password could be read on its way. Choose an encrypted connection."
                )));
            }
            Ok(Box::new(stream))
        }
    }
}

/// TLS over an open connection. The server must prove to be `host`.
pub async fn encrypt(stream: Wire, host: &str, extra_ca: Option<&str>) -> Result<Wire, WireError> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in extra_ca.map(read_certificates).transpose()?.into_iter().flatten() {
        roots.add(certificate).map_err(|_| unreadable_ca())?;
    }
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| WireError::Setting(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare).map_err(|_| WireError::Setting(format!("{host} is no server's name.")))?;
    let connect = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = tokio::time::timeout(CONNECT, connect)
        .await
        .map_err(|_| WireError::Later(format!("{host} did not finish the encrypted greeting.")))?
        .map_err(|error| refusal(host, &error))?;
    Ok(Box::new(stream))
}

/// A certificate that cannot be trusted stays so until a person acts here; one whose time is over is renewed by whoever
/// runs the server, and anything else may pass.
fn refusal(host: &str, error: &io::Error) -> WireError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => match out_of_time(host, why) {
            Some(why) => WireError::Later(why),
            None => WireError::Setting(format!(
                "{host} could not prove that it is {host} ({why:?}). Check the server's name; for a certificate of your own, name its authority."
            )),
        },
        Some(rustls::Error::InvalidMessage(_)) => {
            WireError::Setting(format!("{host} does not speak TLS on this port. Check the port, or choose STARTTLS."))
        }
        _ => WireError::Later(format!("The encrypted connection to {host} failed: {error}.")),
    }
}

fn out_of_time(host: &str, why: &CertificateError) -> Option<String> {
    let renew = "Ask whoever runs that server to renew it; it is tried again by itself.";
    match why {
        CertificateError::ExpiredContext { not_after, .. } => {
            Some(format!("The certificate of {host} ended on {}. {renew}", day(*not_after)))
        }
        CertificateError::NotValidYetContext { not_before, .. } => Some(format!(
            "The certificate of {host} begins only on {}. If that day is past, set this computer's clock; it is tried again by itself.",
            day(*not_before)
        )),
        CertificateError::Expired | CertificateError::NotValidYet => {
            Some(format!("The certificate of {host} is not valid at this time. {renew}"))
        }
        _ => None,
    }
}

fn day(at: UnixTime) -> String {
    let day = mail_parser::DateTime::from_timestamp(at.as_secs().cast_signed());
    format!("{}-{:02}-{:02}", day.year, day.month, day.day)
}

fn read_certificates(setting: &str) -> Result<Vec<CertificateDer<'static>>, WireError> {
    let read = if setting.contains("-----BEGIN") {
        CertificateDer::pem_slice_iter(setting.as_bytes()).collect::<Result<Vec<_>, _>>()
    } else {
        CertificateDer::pem_file_iter(setting).and_then(Iterator::collect::<Result<Vec<_>, _>>)
    };
    read.ok().filter(|certificates| !certificates.is_empty()).ok_or_else(unreadable_ca)
}

fn unreadable_ca() -> WireError {
    WireError::Setting(
        "The file of your own certificate authority could not be read as certificates in PEM form.".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_whose_time_is_over_is_waited_for_and_named_with_its_date() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let refused = |why| refusal("mail.example", &io::Error::other(rustls::Error::InvalidCertificate(why)));
        let (time, not_after, not_before) = (at(1_800_000_000), at(1_748_848_500), at(1_900_000_000));
        let ended = refused(CertificateError::ExpiredContext { time, not_after });
        let words = "The certificate of mail.example ended on 2025-06-02.";
        assert!(matches!(&ended, WireError::Later(why) if why.starts_with(words)), "{ended:?}");
        let early = refused(CertificateError::NotValidYetContext { time, not_before });
        let words = "The certificate of mail.example begins only on 2030-03-17.";
        assert!(matches!(&early, WireError::Later(why) if why.starts_with(words)), "{early:?}");
        assert!(matches!(refused(CertificateError::Expired), WireError::Later(_)));
        assert!(matches!(refused(CertificateError::UnknownIssuer), WireError::Setting(_)));
    }
}
