//! Dovecot without root: IMAP, IMAP over TLS and LMTP over one folder of maildirs.

use crate::machine::Account;
use crate::service::Service;
use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

pub(super) struct Ports {
    pub imap: u16,
    pub imaps: u16,
    pub lmtp: u16,
}

pub(super) fn start(program: &Path, account: &Account, ports: &Ports) -> Result<Service, String> {
    let mut service = Service::prepare("dovecot", "TERM", Some(account));
    let dir = service.dir().to_owned();
    let files = [("dovecot.conf", configuration(&dir, account, ports)), ("openssl.conf", OPENSSL.to_owned())];
    for (name, text) in files {
        std::fs::write(dir.join(name), text).expect("our own folder can be written to");
    }
    let script = format!("{CERTIFICATES}\nexec '{}' -F -c dovecot.conf\n", program.display());
    service.start(&script, |_| answers(ports.imap) && answers(ports.lmtp))?;
    Ok(service)
}

/// Whether a server greets on this port.
pub(super) fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok();
    stream.read(&mut [0; 64]).is_ok_and(|read| read > 0)
}

/// A certificate authority and, signed by it, the server's certificate: a certificate that signs itself is refused by
/// rustls as a server's. Made once, so that a server that went away comes back as the same one.
const CERTIFICATES: &str = r#"
if [ ! -f server.pem ]; then
  key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -batch -config openssl.conf'
  openssl req -x509 $key -extensions authority -keyout ca.key -out ca.pem -days 30 -subj '/CN=Test authority' &&
  openssl req -new $key -keyout server.key -out server.csr -subj '/CN=localhost' &&
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 30 \
    -extfile openssl.conf -extensions server -out server.pem || exit 1
fi
"#;

const OPENSSL: &str = "\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
";

fn configuration(dir: &Path, account: &Account, ports: &Ports) -> String {
    let dir = dir.display();
    let Account { user, group, uid, gid, .. } = account;
    let Ports { imap, imaps, lmtp } = ports;
    format!(
        r#"
base_dir = {dir}/run
state_dir = {dir}/run
log_path = {dir}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{dir}/server.pem
ssl_key = <{dir}/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{dir}/box/%n
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 200
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/box/%n allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = subscribe
    special_use = \Sent
  }}
}}
"#,
        password = super::Mail::PASSWORD
    )
}
